#pragma once

#include "api/handlers/json_writer.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::api {

/// The members of a backup as GET /storage/:id/files lists it, its objects beside.
void writeBackup(JsonWriter& out, const orchestrator::StoredBackup& backup);

}  // namespace dbackup::api
