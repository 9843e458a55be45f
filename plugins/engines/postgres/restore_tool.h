#pragma once

#include <string>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/subprocess.h>

#include "database_properties.h"
#include "server_settings.h"

namespace dbackup::postgres {

/// pg_restore or psql, whichever the object's format asks for, that stops at the first error. It reads the
/// object from its standard input.
/// @param database  to connect to
/// @throws Error ToolMissing
sdk::Command restoreCommand(const ServerSettings& server,
                            const sdk::RestoreRequest& request,
                            const DatabaseProperties& properties,
                            const std::string& database,
                            sdk::RunContext& run);

/// Runs it on all bytes of the source.
/// @param may_end_early  it takes a part of the archive only: the rest is read for its checksum alone
/// @throws Error ToolFailed when it fails, or ends well without having read everything; and what the source
/// throws
void feed(const sdk::Command& command,
          sdk::ByteSource& source,
          sdk::RunContext& run,
          bool may_end_early = false);

}  // namespace dbackup::postgres
