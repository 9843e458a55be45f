#pragma once

#include <string>

#include "api/handlers/body_fields.h"
#include "core/model/manifest.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::api {

/// The databases in a backup, in order.
std::vector<std::string> databasesIn(const Manifest& manifest);

/// What a restore's body asks for.
/// @param where  destination_id and path, set already
/// @throws HttpError 400 with every fault
orchestrator::RestoreCommand restoreCommandFrom(const JsonObject::Ptr& json,
                                                const orchestrator::RestoreCommand& where,
                                                orchestrator::Orchestrator& orchestrator);

}  // namespace dbackup::api
