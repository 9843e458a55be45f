#include "parallel_dump.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "archive_check.h"
#include "client_tools.h"
#include "concurrent.h"
#include "database_properties.h"
#include "dump.h"
#include "quoting.h"

namespace dbackup::postgres {

using Table = SharedSnapshot::Table;

namespace {

/// Each is an argument, and a look-up that pg_dump makes. All others go together.
constexpr std::size_t most_named = 500;

/// Who wants a table for himself alone waits for our snapshot, and the other dumps would wait for him.
constexpr const char* wait_for_lock = "--lock-wait-timeout=5000";

/// A pattern of pg_dump that stands for this table alone.
std::string patternOf(const Table& table) {
    return quoteName(table.schema) + "." + quoteName(table.name);
}

/// Those that are in the dump of the definitions.
std::vector<Table> kept(std::vector<Table> tables, const ArchiveCheck& definitions) {
    std::set<std::pair<std::string, std::string>> there;
    for (const auto& table : definitions.tables()) {
        there.emplace(table.schema, table.name);
    }
    std::erase_if(tables, [&](const Table& table) { return !there.contains({table.schema, table.name}); });
    return tables;
}

/// The dump of one share of the data, or, of the first share, of all that the others leave.
sdk::Command dataCommand(sdk::Command command,
                         const std::vector<std::vector<Table>>& shares,
                         std::size_t part) {
    command.arg("--section=data");
    if (part > 0) {
        for (const Table& table : shares[part]) {
            command.arg("--table=" + patternOf(table));
        }
        return command;
    }
    for (std::size_t other = 1; other < shares.size(); ++other) {
        for (const Table& table : shares[other]) {
            command.arg("--exclude-table-data=" + patternOf(table));
        }
    }
    return command;
}

}  // namespace

std::vector<std::vector<Table>> shareOut(std::vector<Table> tables,
                                         std::uint64_t rest_bytes,
                                         std::size_t parts) {
    std::stable_sort(
        tables.begin(), tables.end(), [](const Table& a, const Table& b) { return a.bytes > b.bytes; });
    const std::size_t named = std::min(tables.size(), most_named);
    std::vector<std::uint64_t> loads(parts);
    std::vector<std::vector<Table>> shares(parts);
    loads[0] = rest_bytes;
    for (std::size_t i = named; i < tables.size(); ++i) {
        loads[0] += tables[i].bytes;
    }
    for (std::size_t i = 0; i < named; ++i) {
        const auto least =
            tables[i].bytes == 0 ? loads.begin() : std::min_element(loads.begin(), loads.end());
        *least += tables[i].bytes;
        shares[static_cast<std::size_t>(least - loads.begin())].push_back(std::move(tables[i]));
    }
    const auto empty =
        std::remove_if(shares.begin() + 1, shares.end(), [](const auto& share) { return share.empty(); });
    shares.erase(empty, shares.end());
    return shares;
}

void dumpInParallel(const ServerSettings& server,
                    const std::string& database,
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
    properties.data_apart = true;
    SharedSnapshot snapshot(server, database, run);
    sdk::Command command = dumpCommand(server, tool.path, database, run);
    command.args({"--format=custom", "--compress=0", "--snapshot=" + snapshot.id(), wait_for_lock});

    ArchiveCheck definitions;
    {
        const auto sink = output.object({database, "dump", "database", properties.toJson()});
        sdk::Command all = command;
        all.args({"--section=pre-data", "--section=post-data"});
        stream(all, *sink, definitions, run);
    }
    const auto shares =
        shareOut(kept(snapshot.tables(), definitions), snapshot.largeObjectBytes(), server.parallel);
    std::vector<std::unique_ptr<sdk::ByteSink>> sinks;
    std::vector<std::function<void(sdk::RunContext&)>> tasks;
    for (std::size_t part = 0; part < shares.size(); ++part) {
        sinks.push_back(output.object({database, "dump", data_contents}));
        tasks.emplace_back([&, part](sdk::RunContext& shared) {
            const std::unique_ptr<sdk::ByteSink> sink = std::move(sinks[part]);
            ArchiveCheck check;
            stream(dataCommand(command, shares, part), *sink, check, shared);
        });
    }
    concurrently(shares.size(), tasks, run);
}

}  // namespace dbackup::postgres
