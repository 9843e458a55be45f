#pragma once

#include <span>
#include <string_view>

#include "core/base/log.h"
#include "core/store/connection.h"

namespace dbackup::store {

/// One step of the schema. Once released, a step is never changed: what is new comes as a further step.
struct Migration {
    int version = 0;  ///< ascending from 1 without a gap
    std::string_view sql;
};

/// The steps from an empty file to the schema of this program.
std::span<const Migration> migrations();

/// @return 0 for an empty file
/// @throws Error Unsupported when the schema is newer than `steps`, Integrity when the file is damaged
///         or not a history store
int schemaVersion(Connection& connection, std::span<const Migration> steps);

/// Brings the schema to the last of the steps, each in one transaction together with its record in the table
/// schema_version. Two processes may do so at the same time.
/// @throws Error as schemaVersion(), NoSpace; what a failed step did is undone
void migrate(Connection& connection, std::span<const Migration> steps, const Log& log);

}  // namespace dbackup::store
