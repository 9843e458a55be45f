#include "dump.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <dbackup/sdk/error.h>

#include "binlog_position.h"
#include "connection.h"
#include "database_properties.h"
#include "dump_head.h"
#include "end_line_check.h"
#include "own_name_filter.h"
#include "privileges.h"
#include "quoting.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::size_t most_named = 20;

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
    }
    if (names.size() > most_named) text += " and " + std::to_string(names.size() - most_named) + " more";
    return text;
}

void warnOf(const DatabaseContent& content, const std::string& database, sdk::RunContext& run) {
    if (content.not_transactional.empty()) return;
    std::string all;
    for (const auto& name : content.not_transactional) {
        all += name + "\n";
    }
    run.log(
        LogLevel::Warning,
        "Database '" + database +
            "' has tables that are not transactional: what is written to them during the dump may be in it "
            "in part. Convert them to InnoDB, or let nobody write meanwhile: " +
            joined(content.not_transactional),
        all);
}

/// A server of MariaDB's tells the position of a snapshot without a lock.
bool tellsPosition(Connection& connection, const ClientTool& tool) {
    return tool.version.mariadb && connection.version().mariadb &&
           !connection.query("SHOW GLOBAL STATUS LIKE 'binlog_snapshot_file'").empty() &&
           connection.value("SELECT @@global.log_bin") == "1";
}

void complete(BinlogPosition& position, const std::string& head, Connection& connection) {
    const BinlogPosition exact = positionIn(head);
    if (exact.file.empty()) return;
    position = exact;
    position.gtid = connection.value("SELECT BINLOG_GTID_POS(" + quoteText(exact.file) + ", " +
                                     std::to_string(exact.position) + ")");
}

std::string readHead(sdk::Subprocess& tool) {
    std::string head;
    std::vector<std::byte> buffer(dump_head_bytes);
    while (head.size() < dump_head_bytes) {
        const std::size_t got = tool.read(std::span(buffer).first(dump_head_bytes - head.size()));
        if (got == 0) break;
        head.append(static_cast<const char*>(static_cast<const void*>(buffer.data())), got);
    }
    return head;
}

/// The rest straight into the pipeline's blocks.
void streamPlain(sdk::Subprocess& tool, const std::string& head, sdk::ByteSink& sink, EndLineCheck& check) {
    check.update(std::as_bytes(std::span(head)));
    sink.write(head);
    for (;;) {
        const auto room = sink.acquire();
        const std::size_t got = tool.read(room);
        if (got == 0) break;
        check.update(room.first(got));
        sink.produced(got);
    }
}

void streamFiltered(sdk::Subprocess& tool,
                    const std::string& head,
                    sdk::ByteSink& sink,
                    EndLineCheck& check,
                    const std::string& database) {
    OwnNameFilter filter(database, [&](std::string_view piece) {
        check.update(std::as_bytes(std::span(piece)));
        sink.write(piece);
    });
    filter.take(head);
    std::vector<std::byte> buffer(buffer_bytes);
    while (const std::size_t got = tool.read(buffer)) {
        filter.take({static_cast<const char*>(static_cast<const void*>(buffer.data())), got});
    }
    filter.finish();
}

}  // namespace

sdk::Command dumpCommand(const ClientTool& tool, const ServerSettings& server) {
    sdk::Command command = tool.command(server);
    // Without table locks in the dump: a table may take its numbers from a sequence that they would shut out.
    command.args({"--routines",
                  "--events",
                  "--triggers",
                  "--hex-blob",
                  "--default-character-set=utf8mb4",
                  "--skip-add-locks",
                  "--no-tablespaces",
                  "--max-allowed-packet=1G"});
    if (!tool.version.mariadb) {
        command.arg("--set-gtid-purged=OFF");
        if (tool.version.atLeast(8, 0)) command.arg("--column-statistics=0");
    }
    return command;
}

void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run) {
    Connection connection(server, run);
    DatabaseContent content = DatabaseContent::read(connection, database);
    requireWholeView(connection, database);
    warnOf(content, database, run);
    run.estimate(content.bytes);
    const ClientTool tool = clientTool(ToolKind::Dump, connection.version(), run);
    content.properties.tool = tool.version;

    sdk::Command command = dumpCommand(tool, server);
    command.args({"--single-transaction", "--quick"});
    if (content.history && tool.version.mariadb && tool.version.atLeast(10, 11)) {
        command.arg("--dump-history");
    } else if (content.history) {
        run.log(LogLevel::Warning,
                "Database '" + database +
                    "' has system-versioned tables, whose history this client cannot dump: " +
                    "the rows as they are now are in the backup. Install a client of MariaDB 10.11 or newer");
    }
    const bool exact = tellsPosition(connection, tool);
    if (exact) command.arg("--master-data=2");
    content.properties.binlog = positionBefore(connection);
    command.args({"--", database});

    sdk::Subprocess process(command, run);
    const std::string head = readHead(process);
    if (exact) complete(content.properties.binlog, head, connection);
    const auto sink = output.object({database, "sql", "database", content.properties.toJson()});
    EndLineCheck check;
    if (content.switches_collation) {
        streamFiltered(process, head, *sink, check, database);
    } else {
        streamPlain(process, head, *sink, check);
    }
    process.waitOk();
    check.requireComplete();
    sink->finish();
}

}  // namespace dbackup::mysql
