#pragma once

#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// @throws Error Unsupported when the target is of another kind; NotFound when a database is not in the
/// backup
void requireRestorable(const Manifest& manifest, const RestoreCommand& command, const Adapter& target);

}  // namespace dbackup::orchestrator
