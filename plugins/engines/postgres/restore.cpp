#include "restore.h"

#include <dbackup/sdk/error.h>

#include "connection.h"
#include "database_properties.h"
#include "globals.h"
#include "made_database.h"
#include "restore_choice.h"
#include "restore_tool.h"
#include "server_work.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// Objects that a user made have numbers from 16384 on (FirstNormalObjectId).
constexpr const char* has_objects = R"(
    SELECT EXISTS (SELECT 1 FROM pg_class WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_proc WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_type WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_namespace WHERE oid >= 16384 AND NOT pg_is_other_temp_schema(oid)
                   AND nspname NOT LIKE 'pg\_toast\_temp\_%')
        OR EXISTS (SELECT 1 FROM pg_extension WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_collation WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_ts_config WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_foreign_data_wrapper WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_publication WHERE oid >= 16384)
        OR EXISTS (SELECT 1 FROM pg_largeobject_metadata))";

struct Target {
    bool exists = false;
    bool has_data = false;
};

Target lookAt(Connection& connection,
              const ServerSettings& server,
              const std::string& database,
              sdk::RunContext& run) {
    Target target;
    target.exists =
        connection.value("SELECT count(*) FROM pg_database WHERE datname = $1", {database}) != "0";
    if (target.exists) {
        Connection inside(server, database, run);
        target.has_data = inside.value(has_objects) == "t";
    }
    return target;
}

void requirePermission(Connection& connection,
                       const std::string& database,
                       const Target& target,
                       bool will_replace) {
    if (target.exists && !target.has_data && !will_replace) {
        return;
    }
    if (connection.value("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user") !=
        "t") {
        throw Error(ErrorKind::Permission,
                    "the account may not create database '" + database + "'",
                    "ALTER ROLE ... CREATEDB, or create the database empty before the restore");
    }
    const char* may_drop = "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = $1";
    if (target.exists && connection.value(may_drop, {database}) != "t") {
        throw Error(ErrorKind::Permission,
                    "the account does not own database '" + database + "' and so cannot replace it",
                    "Restore as its owner or as a superuser, or under another name");
    }
}

/// Those of the names that a query, whose parameter is $1, does not find.
std::string missing(Connection& connection, const std::vector<std::string>& names, const std::string& sql) {
    std::string list;
    for (const auto& name : names) {
        if (connection.value(sql, {name}) == "0") list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

void requireRoles(Connection& connection, const DatabaseProperties& properties, const std::string& database) {
    const std::string roles =
        missing(connection, properties.roles, "SELECT count(*) FROM pg_roles WHERE rolname = $1");
    if (!roles.empty()) {
        throw Error(
            ErrorKind::NotFound,
            "database '" + database + "' belongs to roles that the target server does not have: " + roles,
            "Restore with \"globals\": true to make them, or with \"noOwner\": true to do without owners and "
            "privileges");
    }
}

/// Where tablespaces are missing their tables go to the default one.
void forgetTablespaces(Connection& connection,
                       const DatabaseProperties& properties,
                       sdk::Command& command,
                       sdk::RunContext& run) {
    const std::string spaces =
        missing(connection, properties.tablespaces, "SELECT count(*) FROM pg_tablespace WHERE spcname = $1");
    if (!spaces.empty()) {
        command.arg("--no-tablespaces");
        run.log(
            sdk::LogLevel::Warning,
            "The target server does not have these tablespaces, so everything goes into the default one: " +
                spaces);
    }
}

void checkGlobals(Connection& connection) {
    if (connection.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") != "t") {
        throw Error(ErrorKind::Permission,
                    "roles can be restored by a superuser only",
                    "Use a source with a superuser's account, or restore without \"globals\"");
    }
}

void checkDatabase(Connection& connection,
                   const ServerSettings& server,
                   const sdk::RestoreRequest& request,
                   sdk::RunContext& run) {
    const std::string& name = request.database;
    if (name.empty() || name.size() > longest_name) {
        throw Error(ErrorKind::Settings, "'" + name + "' is no name for a database", "Use 1 to 63 bytes");
    }
    if (request.no_owner && request.object.format == "sql") {
        throw Error(ErrorKind::Unsupported,
                    "a dump in plain SQL has its owners and privileges written into it",
                    "Restore it with its roles (\"globals\": true), or take backups in the format dump");
    }
    const RestoreChoice choice(request);
    choice.requireOwner(connection);
    const Target target = lookAt(connection, server, name, run);
    if (target.has_data && choice.isPartial()) {
        throw Error(ErrorKind::AlreadyExists,
                    "database '" + name + "' on " + server.place() +
                        " has data, and a part of a backup does not replace a whole database",
                    "Restore the part under another name and copy what is needed");
    }
    if (target.has_data && !request.overwrite) {
        throw Error(ErrorKind::AlreadyExists,
                    "database '" + name + "' on " + server.place() + " has data",
                    "Set \"overwrite\": true to replace it, or give another name");
    }
    const bool apart = DatabaseProperties::fromJson(request.object.metadata).data_apart;
    requirePermission(connection, name, target, apart || choice.isPartial() || !choice.owner.empty());
}

/// An empty database is filled as it is, by one connection and in one transaction, where nothing but that is
/// asked for.
bool fillsInPlace(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run) {
    const RestoreChoice choice(request);
    Connection connection = connectToServer(server, run);
    const Target target = lookAt(connection, server, request.database, run);
    return target.exists && !target.has_data && !choice.isPartial() && choice.owner.empty();
}

}  // namespace

void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run) {
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    const std::string& format = request.object.format;
    if (format != "dump" && format != "sql") {
        throw Error(ErrorKind::Unsupported,
                    "PostgreSQL cannot restore format '" + format + "' in mode logical",
                    format == "tar" ? "Restore a physical backup into a source with mode physical" : "");
    }
    Connection connection = connectToServer(server, run);
    if (properties.server_major > connection.serverMajor()) {
        throw Error(ErrorKind::Unsupported,
                    "the backup is of PostgreSQL " + properties.server_version + ", the target runs " +
                        connection.serverVersionText(),
                    "Restore into a server of the same or a newer major version");
    }
    if (request.object.contents == "globals") {
        checkGlobals(connection);
    } else {
        checkDatabase(connection, server, request, run);
    }
    restoreCommand(server, request, properties, "postgres", run);  // is the tool there?
}

void restoreNew(const ServerSettings& server,
                const sdk::RestoreRequest& request,
                sdk::RunContext& run,
                const std::function<void(const sdk::Command&, bool)>& fill) {
    checkRestore(server, request, run);
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    const RestoreChoice choice(request);
    const bool no_owner = request.no_owner || !choice.owner.empty();
    std::optional<Connection> connection(connectToServer(server, run));
    if (!no_owner) requireRoles(*connection, properties, request.object.database);
    const Target target = lookAt(*connection, server, request.database, run);
    MadeDatabase made(server, request.database, properties, run);
    auto command = restoreCommand(server, request, properties, made.temporaryName(), run);
    if (request.object.format == "dump") forgetTablespaces(*connection, properties, command, run);
    connection.reset();  // nothing idles while the tool works
    choice.applyTo(command);
    {
        Connection inside(server, made.temporaryName(), run);
        choice.prepare(inside, made.temporaryName());
    }
    {
        const ServerWork work(server, made.temporaryName(), run);
        fill(command, choice.isPartial());
    }
    {
        Connection inside(server, made.temporaryName(), run);
        choice.requirePresent(inside);
    }
    made.place(properties, no_owner, target.exists);
}

void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    checkRestore(server, request, run);
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    if (properties.data_apart) {
        throw Error(ErrorKind::Unsupported,
                    "the object has the definitions of database '" + request.object.database +
                        "' only; its data is in objects of their own",
                    "Restore all of its objects together");
    }
    if (!fillsInPlace(server, request, run)) {
        restoreNew(server, request, run, [&](const sdk::Command& command, bool is_partial) {
            feed(command, source, run, is_partial);
        });
        return;
    }
    auto command = restoreCommand(server, request, properties, request.database, run);
    {
        Connection connection = connectToServer(server, run);
        if (!request.no_owner) requireRoles(connection, properties, request.object.database);
        if (request.object.format == "dump") forgetTablespaces(connection, properties, command, run);
    }
    const ServerWork work(server, request.database, run);
    feed(command.arg("--single-transaction"), source, run);
}

void restoreGlobals(const ServerSettings& server,
                    const sdk::RestoreRequest& request,
                    sdk::ByteSource& source,
                    sdk::RunContext& run) {
    checkRestore(server, request, run);
    PresentGlobals present;
    std::string database;
    {
        Connection connection = connectToServer(server, run);
        for (const auto& row : connection.query("SELECT rolname FROM pg_roles")) {
            present.roles.insert(row.front());
        }
        for (const auto& row : connection.query("SELECT spcname FROM pg_tablespace")) {
            present.tablespaces.insert(row.front());
        }
        present.account = connection.value("SELECT current_user");
        database = connection.value("SELECT current_database()");
    }
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    GlobalsScript script(source, std::move(present));
    feed(restoreCommand(server, request, properties, database, run), script, run);
}

}  // namespace dbackup::postgres
