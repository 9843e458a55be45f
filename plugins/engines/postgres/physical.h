#pragma once

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/streams.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// The one "database" of a source whose mode is physical: the whole cluster.
constexpr const char* whole_server = "server";

/// Copies the files of a whole cluster, and the WAL that makes them one moment, with pg_basebackup as a tar.
void dumpPhysical(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run);

/// Changes nothing, and asks no server.
/// @throws Error AlreadyExists (the folder has something in it), NotFound, Settings, ToolMissing, Unsupported
void checkPhysicalRestore(const ServerSettings& server,
                          const sdk::RestoreRequest& request,
                          sdk::RunContext& run);

/// Fills the data folder of the settings with a cluster's files, so that a server starts on them. What it
/// wrote is removed when it fails.
void restorePhysical(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run);

}  // namespace dbackup::postgres
