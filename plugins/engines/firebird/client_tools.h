#pragma once

#include <chrono>
#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/subprocess.h>

#include "server_settings.h"

namespace dbackup::firebird {

/// Firebird's own tools, run as the settings say. Each call finds its program anew and hands the password
/// over in an anonymous file. [one thread]
class ClientTools {
public:
    /// @param server  must outlive the object, as must run
    ClientTools(const ServerSettings& server, sdk::RunContext& run) : server_(server), run_(run) {}

    /// gbak, of which the version is known. @throws Error ToolMissing, Unsupported
    sdk::Command gbak() const;
    /// The version of the server: "3.0.11". Asks its service manager, so no database is needed.
    /// @throws Error Authentication, Unavailable, ToolMissing, ...
    std::string serverVersion() const;
    /// Runs SQL in a database and returns what it printed, up to the first error.
    /// @param timeout  how long all of it may take
    /// @throws Error as failure() tells
    std::string sql(const std::string& database,
                    const std::string& statements,
                    std::chrono::milliseconds timeout) const;

private:
    sdk::Command tool(const std::string& name) const;
    std::string finished(const sdk::Command& command,
                         const std::string& what,
                         std::chrono::milliseconds timeout) const;

    const ServerSettings& server_;
    sdk::RunContext& run_;
};

/// The "3.0.11" in "LI-V3.0.11.33637 Firebird 3.0", or "" where there is none.
std::string versionIn(const std::string& text);

}  // namespace dbackup::firebird
