#include "postgres_engine.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

#include "client_tools.h"
#include "connection.h"
#include "dump.h"
#include "parallel_dump.h"
#include "parallel_restore.h"
#include "physical.h"
#include "restore.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

sdk::ServerInfo PostgresEngine::test(sdk::RunContext& run) {
    Connection connection = connectToServer(server_, run);
    // Without it there is no backup.
    clientTool(server_.physical ? "pg_basebackup" : "pg_dump", connection.serverMajor(), run);
    return {connection.serverVersionText(), "", "Connection successful"};
}

std::vector<sdk::DatabaseInfo> PostgresEngine::databases(sdk::RunContext& run) {
    Connection connection = connectToServer(server_, run);
    if (server_.physical) return {{whole_server, 0}};
    const auto rows = connection.query(
        "SELECT datname, CASE WHEN has_database_privilege(datname, 'CONNECT') THEN pg_database_size(oid) "
        "ELSE 0 END "
        "FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY datname");
    std::vector<sdk::DatabaseInfo> all;
    all.reserve(rows.size());
    for (const auto& row : rows) {
        all.push_back({row.at(0), std::stoull(row.at(1))});
    }
    if (server_.databases.empty()) {
        return all;
    }
    std::vector<sdk::DatabaseInfo> chosen;
    for (const auto& name : server_.databases) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
        if (found == all.end()) {
            throw Error(ErrorKind::NotFound,
                        "PostgreSQL server " + server_.place() + " has no database '" + name + "'",
                        "Correct the source's list of databases");
        }
        chosen.push_back(*found);
    }
    return chosen;
}

void PostgresEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    run.mask(server_.password);
    if (request.contents == "globals") {
        dumpGlobals(server_, output, run);
        return;
    }
    const std::string own = server_.physical ? "tar" : "dump";
    const std::string format = request.format.empty() ? own : request.format;
    const bool known = server_.physical ? format == "tar" : format == "dump" || format == "sql";
    if (request.contents != "database" || !known) {
        throw Error(ErrorKind::Unsupported,
                    "PostgreSQL cannot dump " + request.contents + " as " + format + " in mode " +
                        (server_.physical ? "physical" : "logical"));
    }
    if (server_.physical) {
        if (request.database != whole_server) {
            throw Error(
                ErrorKind::NotFound,
                "a physical backup is of the whole server and has no database '" + request.database + "'",
                "Name no databases in the job, or set mode to logical");
        }
        dumpPhysical(server_, output, run);
    } else if (server_.parallel > 1 && format == "dump") {
        dumpInParallel(server_, request.database, output, run);
    } else {
        dumpDatabase(server_, request.database, format, output, run);
    }
}

void PostgresEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) {
    if (server_.physical && request.object.contents != "globals") {
        checkPhysicalRestore(server_, request, run);
    } else {
        postgres::checkRestore(server_, request, run);
    }
}

void PostgresEngine::restore(const sdk::RestoreRequest& request,
                             sdk::ByteSource& source,
                             sdk::RunContext& run) {
    run.mask(server_.password);
    if (request.object.contents == "globals") {
        restoreGlobals(server_, request, source, run);
    } else if (server_.physical) {
        restorePhysical(server_, request, source, run);
    } else {
        restoreDatabase(server_, request, source, run);
    }
}

void PostgresEngine::restoreObjects(const sdk::RestoreRequest& request,
                                    sdk::DumpInput& input,
                                    sdk::RunContext& run) {
    run.mask(server_.password);
    if (server_.physical) checkPhysicalRestore(server_, request, run);  // refuses what is no tar
    restoreInParallel(server_, request, input, run);
}

void* PostgresEngine::extension(std::string_view wanted) noexcept {
    return wanted == sdk::RestoreObjects::id ? static_cast<sdk::RestoreObjects*>(this) : nullptr;
}

}  // namespace dbackup::postgres
