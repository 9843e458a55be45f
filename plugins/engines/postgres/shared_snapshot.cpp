#include "shared_snapshot.h"

#include <dbackup/sdk/error.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr int most_attempts = 10;

constexpr const char* readable_tables = R"(
    SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    ORDER BY c.oid)";

constexpr const char* table_sizes = R"(
    SELECT n.nspname, c.relname, pg_table_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
    ORDER BY c.oid)";

}  // namespace

SharedSnapshot::SharedSnapshot(const ServerSettings& server,
                               const std::string& database,
                               sdk::RunContext& run)
    : connection_(server, database, run) {
    connection_.query("SET idle_in_transaction_session_timeout = 0");
    connection_.query("SET lock_timeout = 0");
    if (connection_.serverMajor() >= 17) connection_.query("SET transaction_timeout = 0");
    for (int attempt = 1; !lockAll(); ++attempt) {
        if (attempt == most_attempts) {
            throw Error(ErrorKind::Unavailable,
                        "the tables of database '" + database +
                            "' cannot be locked: they are dropped faster "
                            "than they can be listed",
                        "Set parallel to 1, or take the backup at another time");
        }
    }
    id_ = connection_.value("SELECT pg_export_snapshot()");
}

bool SharedSnapshot::lockAll() {
    // Listed before the transaction, whose moment is that of its first query but LOCK.
    std::string list;
    for (const auto& row : connection_.query(readable_tables)) {
        list += (list.empty() ? "ONLY " : ", ONLY ") + row.front();
    }
    connection_.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    if (list.empty()) return true;
    try {
        connection_.query("LOCK TABLE " + list + " IN ACCESS SHARE MODE");
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        connection_.query("ROLLBACK");
        return false;
    }
    return true;
}

std::vector<SharedSnapshot::Table> SharedSnapshot::tables() {
    std::vector<Table> tables;
    for (const auto& row : connection_.query(table_sizes)) {
        tables.push_back({row.at(0), row.at(1), row.at(2).empty() ? 0 : std::stoull(row.at(2))});
    }
    return tables;
}

std::uint64_t SharedSnapshot::largeObjectBytes() {
    return std::stoull(connection_.value("SELECT pg_table_size('pg_catalog.pg_largeobject')"));
}

}  // namespace dbackup::postgres
