#include "exchange.h"

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "database_properties.h"
#include "dump.h"
#include "end_line_check.h"
#include "own_name_filter.h"
#include "quoting.h"
#include "restore_tool.h"
#include "target_database.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// Far more than the text of all views and routines of a database.
constexpr std::size_t most_text = std::size_t{64} << 20;
constexpr unsigned lock_wait_timeout = 1205;

}  // namespace

Exchange::Exchange(const ServerSettings& server, TargetDatabase& from, sdk::RunContext& run)
    : server_(server), run_(run), temporary_(from), from_(from.name()) {
    Connection connection(server, run);
    dump_ = clientTool(ToolKind::Dump, connection.version(), run);
    client_ = clientTool(ToolKind::Client, connection.version(), run);
    const std::string here = isName("TABLE_SCHEMA", from_);
    // Sequences first: the defaults of tables may need them.
    tables_ = connection.column(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE " + here +
        " AND TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW') ORDER BY TABLE_TYPE <> 'SEQUENCE', 1");
    triggers_ = connection.column("SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE " +
                                  isName("TRIGGER_SCHEMA", from_));
    const auto views = connection.column("SELECT TABLE_NAME FROM information_schema.TABLES WHERE " + here +
                                         " AND TABLE_TYPE = 'VIEW' ORDER BY 1");
    programs_ = written({"--no-create-info", "--no-data", "--", from_});
    if (!views.empty()) {
        std::vector<std::string> arguments = {
            "--no-data", "--skip-triggers", "--skip-routines", "--skip-events"};
        arguments.insert(arguments.end(), {"--", from_});
        arguments.insert(arguments.end(), views.begin(), views.end());
        views_ = written(arguments);
    }
}

std::string Exchange::written(const std::vector<std::string>& arguments) {
    sdk::Command command = dumpCommand(dump_, server_);
    command.args({"--skip-lock-tables"}).args(arguments);
    sdk::Subprocess process(command, run_);
    const std::string text = process.readAll(most_text);
    process.waitOk();
    EndLineCheck check;
    check.update(std::as_bytes(std::span(text)));
    check.requireComplete();
    std::string portable;
    OwnNameFilter filter(from_, [&](std::string_view piece) { portable += piece; });
    filter.take(text);
    filter.finish();
    return portable;
}

void Exchange::moveTables(Connection& connection, const std::string& to) const {
    for (const auto& trigger : triggers_) {
        connection.query("DROP TRIGGER IF EXISTS " + quoteName(from_) + "." + quoteName(trigger));
    }
    if (tables_.empty()) return;
    std::string statement = "RENAME TABLE ";
    const char* comma = "";
    for (const auto& table : tables_) {
        statement += comma + quoteName(from_) + "." + quoteName(table) + " TO " + quoteName(to) + "." +
                     quoteName(table);
        comma = ", ";
    }
    connection.query(statement);
}

void Exchange::drop(Connection& connection, const std::string& to) {
    try {
        connection.query("DROP DATABASE IF EXISTS " + quoteName(to));
        temporary_.keep();
    } catch (const ServerError& error) {
        // The server waits for all tables before it drops the first.
        if (error.number() == lock_wait_timeout) {
            Error busy(ErrorKind::Unavailable,
                       "database '" + to + "' is in use and could not be replaced: " + error.what(),
                       "End the transactions that use it and restore again; it is as it was");
            throw Error(busy.canRetry());
        }
        temporary_.keep();
        throw;
    }
}

void Exchange::place(const std::string& to) {
    run_.throwIfStopped();
    sdk::UnstoppableRun steady(run_);
    Connection connection(server_, steady);
    const PresentDatabase restored = PresentDatabase::look(connection, from_);
    const std::string create = createStatement(to, restored.character_set, restored.collation);
    connection.query("SET SESSION foreign_key_checks = 0");
    std::string where = from_;
    try {
        drop(connection, to);
        connection.query(create);
        moveTables(connection, to);
        where = to;
        TextSource programs(programs_);
        feed(client_, server_, to, programs, steady);
        TextSource views(views_);
        if (!views_.empty()) feed(client_, server_, to, views, steady);
        connection.query("DROP DATABASE " + quoteName(from_));
    } catch (const Error& error) {
        if (!temporary_.kept()) throw;
        throw Error(
            error.kind(),
            "the exchange of database '" + to + "' for the restored one failed: " + error.what(),
            "The restored tables are whole in database '" + where +
                "'; views, triggers, routines and events may be missing there. The old data is gone or in "
                "part gone: restore once more, and drop '" +
                from_ + "' afterwards");
    }
}

}  // namespace dbackup::mysql
