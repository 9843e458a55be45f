#pragma once

#include <string>

#include "api/handlers/body_fields.h"
#include "core/model/manifest.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::api {

/// The databases in a backup, in order.
std::vector<std::string> databasesIn(const Manifest& manifest);

/// Finds a backup among those of a destination.
/// @throws HttpError 404; Error as Orchestrator::backups and, when its manifest is not sound, Integrity
Manifest findBackup(orchestrator::Orchestrator& orchestrator,
                    const std::string& destination_id,
                    const std::string& path);

/// `file` of a storage request. @throws HttpError 400 "Invalid file path"
std::string filePathFrom(const JsonObject& body);

/// What a restore's body asks for.
/// @param where  destination_id and path, set already
/// @throws HttpError 400 with every fault
orchestrator::RestoreCommand restoreCommandFrom(const JsonObject::Ptr& json,
                                                const orchestrator::RestoreCommand& where,
                                                orchestrator::Orchestrator& orchestrator);

}  // namespace dbackup::api
