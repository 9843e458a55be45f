#include "restore_choice.h"

#include <dbackup/sdk/error.h>

#include "quoting.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

RestoreChoice::RestoreChoice(const sdk::RestoreRequest& request) {
    constexpr std::string_view everything = ".*";
    for (const auto& item : request.selection) {
        if (item.ends_with(everything) && item.size() > everything.size()) {
            schemas.push_back(item.substr(0, item.size() - everything.size()));
        } else {
            tables.push_back(item);
        }
    }
    for (const auto& [from, to] : request.owners) {
        if (from != "*") {
            throw Error(
                ErrorKind::Unsupported,
                "PostgreSQL's restore cannot give what belongs to '" + from + "' alone to another role",
                "Give everything to one role, with the owner \"*\"");
        }
        owner = to;
    }
    if (request.object.format == "sql" && (isPartial() || !owner.empty())) {
        throw Error(ErrorKind::Unsupported,
                    "a dump in plain SQL is restored as a whole and with its own owners",
                    "Leave selection and owners out, or take backups in the format dump");
    }
}

void RestoreChoice::requireOwner(Connection& connection) const {
    const char* there = "SELECT count(*) FROM pg_roles WHERE rolname = $1";
    if (!owner.empty() && connection.value(there, {owner}) == "0") {
        throw Error(ErrorKind::NotFound,
                    "the target server has no role '" + owner + "' that the database could belong to",
                    "Make the role first");
    }
}

void RestoreChoice::applyTo(sdk::Command& command) const {
    for (const auto& schema : schemas) {
        command.arg("--schema=" + schema);
    }
    for (const auto& table : tables) {
        command.arg("--table=" + table);
    }
    if (!owner.empty()) {
        command.args({"--no-owner", "--no-acl", "--role=" + owner});
    }
}

void RestoreChoice::prepare(Connection& inside, const std::string& database) const {
    if (!owner.empty()) {
        inside.query("ALTER DATABASE " + quoteName(database) + " OWNER TO " + quoteName(owner));
    }
    for (const auto& schema : schemas) {
        inside.query("CREATE SCHEMA IF NOT EXISTS " + quoteName(schema) +
                     (owner.empty() ? "" : " AUTHORIZATION " + quoteName(owner)));
    }
}

void RestoreChoice::requirePresent(Connection& inside) const {
    for (const auto& table : tables) {
        if (inside.value("SELECT count(*) FROM pg_class WHERE relname = $1 AND oid >= 16384", {table}) ==
            "0") {
            throw Error(
                ErrorKind::NotFound,
                "the backup has no table '" + table + "'" + (schemas.empty() ? "" : " in the schemas chosen"),
                "Give tables as the database has them, without a schema, and schemas as SCHEMA.*");
        }
    }
    const char* filled = R"(
        SELECT count(*) FROM pg_namespace AS n WHERE nspname = $1
            AND (EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = n.oid)
                OR EXISTS (SELECT 1 FROM pg_proc WHERE pronamespace = n.oid)
                OR EXISTS (SELECT 1 FROM pg_type WHERE typnamespace = n.oid)))";
    for (const auto& schema : schemas) {
        if (tables.empty() && inside.value(filled, {schema}) == "0") {
            throw Error(ErrorKind::NotFound, "the backup has nothing in a schema '" + schema + "'");
        }
    }
}

}  // namespace dbackup::postgres
