#pragma once

#include <string>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/streams.h>

#include "server_settings.h"

namespace dbackup::mysql {

/// The one "database" of a source whose mode is physical: the whole server.
constexpr const char* whole_server = "server";

/// Copies the files of a whole MariaDB server on this machine with mariadb-backup, as an xbstream.
void dumpPhysical(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run);

/// Changes nothing.
/// @throws Error AlreadyExists (the folder has something in it), Settings, ToolMissing, Unsupported
void checkPhysicalRestore(const ServerSettings& server,
                          const sdk::RestoreRequest& request,
                          sdk::RunContext& run);

/// Fills the data folder of the settings with a server's files, prepared so that a server starts on them.
/// What it wrote is removed when it fails.
void restorePhysical(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run);

}  // namespace dbackup::mysql
