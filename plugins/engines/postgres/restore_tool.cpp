#include "restore_tool.h"

#include <algorithm>
#include <vector>

#include <dbackup/sdk/error.h>

#include "client_tools.h"

namespace dbackup::postgres {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

}  // namespace

sdk::Command restoreCommand(const ServerSettings& server,
                            const sdk::RestoreRequest& request,
                            const DatabaseProperties& properties,
                            const std::string& database,
                            sdk::RunContext& run) {
    const bool sql = request.object.format == "sql";
    const int major = std::max(properties.tool_major, properties.server_major);
    sdk::Command command(clientTool(sql ? "psql" : "pg_restore", major, run).path);
    command.arg("--no-password").arg(databaseArgument(database)).withInput();
    if (sql) {
        command.args({"--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--file=-"});
    } else {
        command.args({"--exit-on-error", "--format=custom"});
        if (request.no_owner) command.args({"--no-owner", "--no-acl"});
    }
    server.applyTo(command);
    return command;
}

void feed(const sdk::Command& command, sdk::ByteSource& source, sdk::RunContext& run, bool may_end_early) {
    sdk::Subprocess tool(command, run);
    std::vector<std::byte> buffer(buffer_bytes);
    bool reads = true;
    std::size_t got = 0;
    while (reads && (got = source.read(buffer)) > 0) {
        reads = tool.writeInput(std::span(buffer).first(got));
    }
    tool.closeInput();
    tool.waitOk();
    // The source's end was seen, and with it that the object was whole, only if everything was read.
    if (!reads && may_end_early) {
        while (source.read(buffer) > 0) {
            run.throwIfStopped();
        }
    } else if (!reads) {
        throw sdk::Error(sdk::ErrorKind::ToolFailed,
                         command.program() + " ended before it had read the whole backup",
                         "Look at the execution's log at level debug");
    }
}

}  // namespace dbackup::postgres
