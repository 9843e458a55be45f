#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

#include "client_tools.h"
#include "connection.h"
#include "database_properties.h"
#include "dump.h"
#include "physical.h"
#include "tar_check.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

void requirePossible(Connection& connection) {
    if (connection.value("SELECT pg_is_in_recovery()") == "t") {
        throw Error(ErrorKind::Unsupported,
                    "the server is a standby, of which no physical backups are made here",
                    "Name the primary server in the source");
    }
    if (connection.value("SELECT current_setting('wal_level') = 'minimal' OR "
                         "current_setting('max_wal_senders')::int = 0") == "t") {
        throw Error(
            ErrorKind::Unsupported,
            "the server has wal_level minimal or no max_wal_senders, so that no copy of it can be made",
            "Set wal_level to replica and max_wal_senders to 2 or more, and restart the server");
    }
    const std::string spaces = connection.value(
        "SELECT string_agg(spcname, ', ') FROM pg_tablespace WHERE spcname NOT IN ('pg_default', "
        "'pg_global')");
    if (!spaces.empty()) {
        throw Error(ErrorKind::Unsupported,
                    "the server has tablespaces, which lie outside of its data folder: " + spaces,
                    "Set mode to logical");
    }
}

}  // namespace

void dumpPhysical(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run) {
    DatabaseProperties properties;
    {
        Connection connection = connectToServer(server, run);
        requirePossible(connection);
        properties.server_version = connection.serverVersionText();
        properties.server_major = connection.serverMajor();
        run.estimate(
            std::stoull(connection.value("SELECT sum(CASE WHEN has_database_privilege(oid, 'CONNECT') THEN "
                                         "pg_database_size(oid) ELSE 0 END) "
                                         "FROM pg_database")));
    }
    const ClientTool tool = clientTool("pg_basebackup", properties.server_major, run);
    properties.tool_major = tool.major;
    sdk::Command command(tool.path);
    command.args({"--no-password",
                  "--pgdata=-",
                  "--format=tar",
                  "--wal-method=fetch",
                  "--checkpoint=fast",
                  "--label=dbackup"});
    server.applyTo(command);
    const auto sink = output.object({whole_server, "tar", "database", properties.toJson()});
    TarCheck check;
    stream(command, *sink, check, run);
}

}  // namespace dbackup::postgres
