#pragma once

#include "core/base/error.h"

struct sqlite3;

namespace dbackup::store {

/// What SQLite says, as our error: AlreadyExists (unique), NotFound (foreign key), NoSpace, Integrity
/// (damaged file), Permission, Unavailable (locked by another process, disk trouble) or Internal.
/// @param status  result code of the call that failed last
Error storeError(sqlite3* database, int status);

}  // namespace dbackup::store
