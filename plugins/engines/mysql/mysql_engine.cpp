#include "mysql_engine.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

#include "client_tools.h"
#include "connection.h"
#include "dump.h"
#include "globals.h"
#include "physical.h"
#include "restore.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

sdk::ServerInfo MysqlEngine::test(sdk::RunContext& run) {
    Connection connection(server_, run);
    clientTool(ToolKind::Dump, connection.version(), run);  // without it there is no backup
    const std::string edition =
        connection.version().mariadb ? "MariaDB" : connection.value("SELECT @@version_comment");
    return {connection.version().text(), edition, "Connection successful"};
}

std::vector<sdk::DatabaseInfo> MysqlEngine::databases(sdk::RunContext& run) {
    Connection connection(server_, run);
    if (server_.physical) return {{whole_server, 0}};
    // Folders in the data folder that are no databases show with names that begin so.
    const auto rows = connection.query(
        "SELECT s.SCHEMA_NAME, CAST(COALESCE(SUM(t.DATA_LENGTH + t.INDEX_LENGTH), 0) AS UNSIGNED) FROM "
        "information_schema.SCHEMATA s LEFT JOIN information_schema.TABLES t ON BINARY t.TABLE_SCHEMA = "
        "BINARY "
        "s.SCHEMA_NAME WHERE s.SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', "
        "'sys', "
        "'ndbinfo') AND s.SCHEMA_NAME NOT LIKE '#mysql50#%' GROUP BY BINARY s.SCHEMA_NAME, s.SCHEMA_NAME "
        "ORDER BY 1");
    std::vector<sdk::DatabaseInfo> all;
    all.reserve(rows.size());
    for (const auto& row : rows) {
        all.push_back({row.at(0), std::stoull(row.at(1))});
    }
    if (server_.databases.empty()) return all;
    std::vector<sdk::DatabaseInfo> chosen;
    for (const auto& name : server_.databases) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
        if (found == all.end()) {
            throw Error(ErrorKind::NotFound,
                        connection.name() + " has no database '" + name + "', or the account may not see it",
                        "Correct the source's list of databases");
        }
        chosen.push_back(*found);
    }
    return chosen;
}

void MysqlEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    run.mask(server_.password);
    if (request.contents == "globals") {
        dumpGlobals(server_, output, run);
        return;
    }
    const std::string own = server_.physical ? "xbstream" : "sql";
    const std::string format = request.format.empty() ? own : request.format;
    if (request.contents != "database" || format != own) {
        throw Error(ErrorKind::Unsupported,
                    "MySQL and MariaDB cannot dump " + request.contents + " as " + format + " in mode " +
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
        return;
    }
    dumpDatabase(server_, request.database, output, run);
}

void MysqlEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) {
    if (server_.physical && request.object.contents != "globals") {
        checkPhysicalRestore(server_, request, run);
    } else {
        mysql::checkRestore(server_, request, run);
    }
}

void MysqlEngine::restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) {
    run.mask(server_.password);
    if (request.object.contents == "globals") {
        restoreGlobals(server_, request, source, run);
    } else if (server_.physical) {
        restorePhysical(server_, request, source, run);
    } else {
        restoreDatabase(server_, request, source, run);
    }
}

}  // namespace dbackup::mysql
