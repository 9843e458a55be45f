#pragma once

#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/subprocess.h>

#include "server_settings.h"
#include "server_version.h"

namespace dbackup::mysql {

/// An installed client program.
struct ClientTool {
    std::string path;
    ServerVersion version;

    /// A command that connects as the settings say. The option file is its first argument, as it must be, and
    /// the only one that is read.
    sdk::Command command(const ServerSettings& server) const;
};

/// What a program is for; each flavour has its own.
enum class ToolKind { None = 0, Dump, Client };

/// Chooses among the installed clients: of the server's flavour where there is one, and at least as new as it
/// where there is one. A server of MariaDB's takes no tool of MySQL's, whose dumps lack what only MariaDB
/// has.
/// @throws Error ToolMissing: says what is missing, what is installed, and which package brings it
ClientTool clientTool(ToolKind kind, const ServerVersion& server, sdk::RunContext& run);

}  // namespace dbackup::mysql
