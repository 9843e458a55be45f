#include "restore.h"

#include <algorithm>
#include <array>

#include <dbackup/sdk/error.h>

#include "client_tools.h"
#include "connection.h"
#include "database_properties.h"
#include "exchange.h"
#include "privileges.h"
#include "quoting.h"
#include "restore_tool.h"
#include "target_database.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

constexpr std::array<std::string_view, 5> system_databases = {
    "information_schema", "mysql", "performance_schema", "sys", "ndbinfo"};

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

void requireName(const std::string& name) {
    const bool system =
        std::find(system_databases.begin(), system_databases.end(), name) != system_databases.end();
    if (system) {
        throw Error(ErrorKind::Unsupported,
                    "database '" + name + "' is the server's own and is not restored into",
                    "Give another name");
    }
    const auto characters = std::count_if(
        name.begin(), name.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    if (name.empty() || characters > 64 || name.back() == ' ' || name.find('\0') != std::string::npos) {
        throw Error(ErrorKind::Settings,
                    "'" + name + "' is no name for a database",
                    "Use 1 to 64 characters, the last of which is no space");
    }
}

/// Whoever makes a view or routine in another's name needs a privilege for it.
void requireDefiners(Connection& connection,
                     const Privileges& may,
                     const DatabaseProperties& properties,
                     bool no_owner) {
    if (properties.definers.empty()) return;
    if (no_owner) {
        throw Error(
            ErrorKind::Unsupported,
            "the dump has the accounts that its views, routines, triggers and events belong to written into "
            "it: " +
                joined(properties.definers),
            "Restore it without \"noOwner\"");
    }
    for (const char* privilege : {"SUPER", "SET USER", "SET_USER_ID", "SET_ANY_DEFINER"}) {
        if (may.onServer(privilege)) return;
    }
    const std::string account = connection.value("SELECT CURRENT_USER()");
    std::vector<std::string> others = properties.definers;
    std::erase(others, account);
    if (others.empty()) return;
    throw Error(ErrorKind::Permission,
                "the backup has views, routines, triggers or events that belong to other accounts than " +
                    account + ": " + joined(others),
                std::string("As an administrator: GRANT ") +
                    (connection.version().mariadb ? "SET USER" : "SET_USER_ID") + " ON *.* TO the account");
}

/// With a binary log, functions and triggers are made by trusted accounts only.
void requireTrust(Connection& connection, const Privileges& may, const DatabaseProperties& properties) {
    if (!properties.programs || may.onServer("SUPER")) return;
    if (connection.value("SELECT @@global.log_bin AND NOT @@global.log_bin_trust_function_creators") != "1")
        return;
    throw Error(
        ErrorKind::Permission,
        "the backup has functions or triggers, and " + connection.name() +
            ", which has a binary log, lets only accounts with SUPER make these",
        "As an administrator: SET GLOBAL log_bin_trust_function_creators = 1, or GRANT SUPER ON *.* TO the "
        "account");
}

void requirePrivileges(const Privileges& may, const std::string& database, bool exchange) {
    // What the tables, views and programs of a dump may ask for.
    std::string missing;
    for (const char* privilege : {"SELECT",
                                  "INSERT",
                                  "CREATE",
                                  "DROP",
                                  "ALTER",
                                  "INDEX",
                                  "REFERENCES",
                                  "CREATE VIEW",
                                  "CREATE ROUTINE",
                                  "ALTER ROUTINE",
                                  "TRIGGER",
                                  "EVENT"}) {
        const bool has = exchange ? may.onServer(privilege) : may.onDatabase(privilege, database);
        if (!has) missing += (missing.empty() ? "" : ", ") + std::string(privilege);
    }
    if (missing.empty()) return;
    throw Error(ErrorKind::Permission,
                "the account lacks privileges to restore database '" + database + "'" +
                    (exchange ? " by way of a temporary database" : "") + ": " + missing,
                "As an administrator: GRANT " + missing + " ON *.* TO the account");
}

void warnOfTies(const DatabaseProperties& properties,
                const sdk::RestoreRequest& request,
                Connection& connection,
                sdk::RunContext& run) {
    if (!properties.tied.empty() && request.database != request.object.database) {
        run.log(LogLevel::Warning,
                "In database '" + request.database + "' these name database '" + request.object.database +
                    "' and will use that one: " + joined(properties.tied));
    }
    std::vector<std::string> missing;
    try {
        const auto accounts = connection.column("SELECT CONCAT(User, '@', Host) FROM mysql.user");
        for (const auto& definer : properties.definers) {
            if (std::find(accounts.begin(), accounts.end(), definer) == accounts.end())
                missing.push_back(definer);
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Permission) throw;
        return;  // who may not list the accounts is not told which ones are missing
    }
    if (!missing.empty()) {
        run.log(LogLevel::Warning,
                "Views, routines, triggers or events in database '" + request.database +
                    "' belong to accounts that the server does not have, and fail until these are made: " +
                    joined(missing));
    }
}

void warnOfVersions(const DatabaseProperties& properties, const ServerVersion& server, sdk::RunContext& run) {
    const ServerVersion& from = properties.server;
    const bool older = from.mariadb == server.mariadb && !server.atLeast(from.major, from.minor);
    if (from.mariadb == server.mariadb && !older) return;
    run.log(LogLevel::Warning,
            "The backup is of " + from.flavour() + " " + from.text() + ", the target is " + server.flavour() +
                " " + server.text() +
                ": what the target does not know makes the restore fail, and leaves nothing behind");
}

}  // namespace

void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run) {
    if (request.object.format == "xbstream") {
        throw Error(ErrorKind::Unsupported,
                    "the backup is a physical one, and the source that is restored into has mode logical",
                    "Restore into a source with mode physical and a dataFolder");
    }
    if (request.object.format != "sql") {
        throw Error(ErrorKind::Unsupported,
                    "MySQL and MariaDB cannot restore format '" + request.object.format + "'");
    }
    Connection connection(server, run);
    if (request.object.contents == "globals") {
        if (Privileges::read(connection).onServer("CREATE USER")) return;
        throw Error(
            ErrorKind::Permission,
            "the account may not create accounts on " + connection.name(),
            "As an administrator: GRANT CREATE USER ON *.* TO the account, and what is to be granted WITH "
            "GRANT OPTION");
    }
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    requireName(request.database);
    const auto present = PresentDatabase::look(connection, request.database);
    if (present.has_data && !request.overwrite) {
        throw Error(ErrorKind::AlreadyExists,
                    "database '" + request.database + "' on " + server.place() + " has data",
                    "Set \"overwrite\": true to replace it, or give another name");
    }
    const Privileges may = Privileges::read(connection);
    requirePrivileges(may, request.database, present.has_data);
    requireDefiners(connection, may, properties, request.no_owner);
    requireTrust(connection, may, properties);
    clientTool(ToolKind::Client, connection.version(), run);
}

void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    checkRestore(server, request, run);
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    ClientTool client;
    bool exchange = false;
    {
        Connection connection(server, run);
        client = clientTool(ToolKind::Client, connection.version(), run);
        exchange = PresentDatabase::look(connection, request.database).has_data;
        warnOfVersions(properties, connection.version(), run);
        warnOfTies(properties, request, connection, run);
    }  // nothing idles while the tool works
    TargetDatabase target(
        server, exchange ? temporaryNameFor(request.database) : request.database, properties, run);
    feed(client, server, target.name(), source, run);
    if (exchange) {
        Exchange(server, target, run).place(request.database);
    } else {
        target.keep();
    }
}

}  // namespace dbackup::mysql
