#include "dump.h"

#include <dbackup/sdk/error.h>

#include "archive_check.h"
#include "client_tools.h"
#include "connection.h"
#include "database_properties.h"
#include "end_line_check.h"

namespace dbackup::postgres {

sdk::Command dumpCommand(const ServerSettings& server,
                         const std::string& tool,
                         const std::string& database,
                         sdk::RunContext& run) {
    sdk::Command command(tool);
    command.arg("--no-password").arg(databaseArgument(database));
    server.applyTo(command);
    for (const auto& exclusion : server.exclusions) {
        command.arg(exclusion);
        run.log(sdk::LogLevel::Info, "The source's settings leave something out of the backup: " + exclusion);
    }
    return command;
}

void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  const std::string& format,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run) {
    DatabaseProperties properties;
    {
        Connection connection(server, database, run);
        properties = DatabaseProperties::read(connection);
        run.estimate(std::stoull(connection.value("SELECT pg_database_size(current_database())")));
    }
    const ClientTool tool = clientTool("pg_dump", properties.server_major, run);
    properties.tool_major = tool.major;
    sdk::Command command = dumpCommand(server, tool.path, database, run);
    const auto sink = output.object({database, format, "database", properties.toJson()});
    if (format == "sql") {
        command.arg("--format=plain");
        EndLineCheck check("-- PostgreSQL database dump complete");
        stream(command, *sink, check, run);
    } else {
        command.arg("--format=custom").arg("--compress=0");
        ArchiveCheck check;
        stream(command, *sink, check, run);
    }
}

void dumpGlobals(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run) {
    Connection connection = connectToServer(server, run);
    const bool passwords = connection.value("SELECT has_table_privilege('pg_authid', 'SELECT')") == "t";
    const std::string database = connection.value("SELECT current_database()");
    DatabaseProperties properties;
    properties.server_version = connection.serverVersionText();
    properties.server_major = connection.serverMajor();
    const ClientTool tool = clientTool("pg_dumpall", properties.server_major, run);
    properties.tool_major = tool.major;
    sdk::Command command(tool.path);
    command.arg("--globals-only").arg("--no-password").arg(databaseArgument(database));
    if (!passwords) {
        command.arg("--no-role-passwords");
        run.log(sdk::LogLevel::Warning,
                "The account may not read pg_authid: roles are backed up without their passwords. A "
                "superuser can read them.");
    }
    server.applyTo(command);
    const auto sink = output.object({"globals", "sql", "globals", properties.toJson()});
    EndLineCheck check("-- PostgreSQL database cluster dump complete");
    stream(command, *sink, check, run);
}

}  // namespace dbackup::postgres
