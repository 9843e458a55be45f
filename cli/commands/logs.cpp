#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/follow.h"
#include "cli/names.h"
#include "cli/session.h"

namespace dbackup::cli {

namespace {

struct LogOptions {
    std::string execution;
    bool follow = false;
};

ExitCode show(Session& session, const LogOptions& options) {
    const std::string id = executionNamed(session.rest(), options.execution);
    if (options.follow) return follow(session, id, {.progress = false, .log = true});
    std::string text;
    JsonArray::Ptr all = new JsonArray;
    std::string cursor = "0";
    while (true) {
        const auto page =
            asObject(session.rest().get("/executions/" + encoded(id) + "/logs?limit=10000&cursor=" + cursor));
        const auto entries = objectsAt(*page, "data");
        if (entries.empty()) break;
        for (const auto& entry : entries) {
            all->add(entry);
            text += logLine(*entry, session.output().terminal()) + '\n';
        }
        cursor = textAt(*page, "nextCursor");
    }
    session.output().show(all, text);
    return ExitCode::Success;
}

}  // namespace

void addLogsCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<LogOptions>();
    CLI::App* command = app.add_subcommand("logs", "Show the log of an execution");
    command->add_option("EXECUTION", options->execution, "Its id, or a job for its newest one")->required();
    command->add_flag("-f,--follow", options->follow, "Go on until it has ended; the exit code tells how");
    command->callback(
        [&session, options] { session.action = [&session, options] { return show(session, *options); }; });
}

}  // namespace dbackup::cli
