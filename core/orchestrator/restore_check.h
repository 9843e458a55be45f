#pragma once

#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// @throws Error NotFound when the destination has no such backup; Integrity when its manifest is unusable
Manifest soundManifest(const std::vector<StoredBackup>& backups, const std::string& path);

/// @throws Error Unsupported when the target is of another kind; NotFound when a database is not in the
/// backup
void requireRestorable(const Manifest& manifest, const RestoreCommand& command, const Adapter& target);

}  // namespace dbackup::orchestrator
