#pragma once

#include <string>

#include <dbackup/sdk/run_context.h>

namespace dbackup::postgres {

/// An installed client program.
struct ClientTool {
    std::string path;
    int major = 0;
};

/// Chooses among the installed clients: the first in the run's tool path that is new enough, else the oldest
/// that is new enough of those that distributions keep side by side (/usr/lib/postgresql/N/bin).
/// @param name  "pg_dump"
/// @param major  the server's (or the archive's) major version
/// @throws Error ToolMissing: says what is missing, what is installed, and which package brings it
ClientTool clientTool(const std::string& name, int major, sdk::RunContext& run);

}  // namespace dbackup::postgres
