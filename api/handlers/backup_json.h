#pragma once

#include "api/handlers/json_writer.h"
#include "core/model/stored_backup.h"

namespace dbackup::api {

/// The members of a backup as GET /storage/:id/files lists it, its objects beside.
void writeBackup(JsonWriter& out, const StoredBackup& backup);

/// What is in a backup: `databases` and the engine of its first source, and every source by itself.
void writeContents(JsonWriter& out, const Manifest& manifest);

}  // namespace dbackup::api
