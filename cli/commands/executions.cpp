#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/follow.h"
#include "cli/interrupts.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

using Colour = Terminal::Colour;

struct ExecutionOptions {
    std::string execution;
    std::string job;
    std::string status;
    int limit = 20;
    bool follow = false;
};

constexpr std::chrono::seconds between_looks{3};

std::string listPath(Session& session, const ExecutionOptions& options) {
    std::string path = "/executions?limit=" + std::to_string(options.limit);
    if (!options.status.empty()) path += "&status=" + encoded(options.status);
    if (!options.job.empty()) {
        path += "&jobId=" + encoded(textAt(*named(jobs(session.rest()), options.job, "job"), "id"));
    }
    return path;
}

std::string stateOf(const JsonObject& execution) {
    const std::string status = textAt(execution, "status");
    if (status != "Running") return textAt(execution, "outcome", status);
    return std::to_string(numberAt(execution, "progress").value_or(0)) + " % " + textAt(execution, "stage");
}

std::string sizeOf(const JsonObject& execution) {
    const auto size = numberAt(execution, "size");
    return size ? bytesText(*size) : "-";
}

std::string durationOf(const JsonObject& execution) {
    const auto duration = numberAt(execution, "duration");
    return duration ? durationText(std::chrono::milliseconds(*duration)) : "-";
}

std::string nameOf(const JsonObject& execution) {
    return textAt(execution, "jobName", '(' + textAt(execution, "type") + ')');
}

ExitCode list(Session& session, const ExecutionOptions& options) {
    const JsonVar executions = session.rest().data(listPath(session, options));
    Table table({{"ID"},
                 {"JOB", false, true},
                 {"TYPE"},
                 {"STATE", false, true},
                 {"QUEUED"},
                 {"DURATION", true},
                 {"SIZE", true}});
    for (const auto& execution : objectsIn(executions)) {
        table.add({textAt(*execution, "id"),
                   nameOf(*execution),
                   textAt(*execution, "type"),
                   stateOf(*execution),
                   localTime(textAt(*execution, "queuedAt")),
                   durationOf(*execution),
                   sizeOf(*execution)});
    }
    session.output().show(executions, table, "There are no executions.");
    return ExitCode::Success;
}

ExitCode show(Session& session, const std::string& id) {
    const auto execution = asObject(session.rest().data("/executions/" + encoded(id)));
    std::string text = printable(outcomeText(*execution)) + '\n';
    text += "Id:      " + id + '\n';
    text += "State:   " + printable(stateOf(*execution)) + '\n';
    for (const char* key : {"queuedAt", "startedAt", "endedAt"}) {
        const std::string title = std::string(key).substr(0, std::string(key).size() - 2);
        text += static_cast<char>(title[0] - 'a' + 'A') + title.substr(1) + ':' +
                std::string(8 - title.size(), ' ') + localTime(textAt(*execution, key, "-")) + '\n';
    }
    session.output().show(execution, text);
    return ExitCode::Success;
}

/// Lines as executions come, move on and end.
class Watch {
public:
    Watch(Session& session, const ExecutionOptions& options) : session_(session), options_(options) {}

    ExitCode run() {
        const std::string path = listPath(session_, options_);
        while (true) {
            auto executions = objectsIn(session_.rest().data(path));
            std::reverse(executions.begin(), executions.end());
            for (const auto& execution : executions) {
                note(*execution);
            }
            if (interrupts_.wait(between_looks)) return ExitCode::Interrupted;
        }
    }

private:
    void note(const JsonObject& execution) {
        const std::string state = textAt(execution, "status") == "Running" ? "Running" : stateOf(execution);
        std::string& known = states_[textAt(execution, "id")];
        if (known == state) return;
        known = state;
        if (session_.output().format() != Format::Table) {
            session_.output().write(toText(JsonObject::Ptr(new JsonObject(execution))) + '\n');
            return;
        }
        const std::string when =
            textAt(execution, "endedAt", textAt(execution, "startedAt", textAt(execution, "queuedAt")));
        std::string line = localTime(when) + "  " + printable(nameOf(execution) + "  " + state);
        if (const auto size = numberAt(execution, "size"))
            line += "  " + bytesText(*size) + " in " + durationOf(execution);
        if (const std::string error = textAt(execution, "error"); !error.empty())
            line += "  " + printable(error);
        const bool is_bad = state == "Failed" || state == "Partial";
        const Terminal& terminal = session_.output().terminal();
        session_.output().write((is_bad ? terminal.inColour(line, Colour::Red) : line) + '\n');
    }

    Session& session_;
    const ExecutionOptions& options_;
    Interrupts interrupts_;
    std::map<std::string, std::string> states_;
};

ExitCode act(Session& session, const ExecutionOptions& options) {
    if (options.execution.empty())
        return options.follow ? Watch(session, options).run() : list(session, options);
    const std::string id = executionNamed(session.rest(), options.execution);
    return options.follow ? follow(session, id, {}) : show(session, id);
}

}  // namespace

void addExecutionsCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<ExecutionOptions>();
    CLI::App* command = app.add_subcommand("executions", "List executions, show or follow one");
    command->add_option("EXECUTION", options->execution, "Its id, or a job for its newest one");
    command->add_option("--job", options->job, "Only of this job");
    command->add_option("--status", options->status, "Only in this state")
        ->transform(
            CLI::IsMember({"Pending", "Running", "Success", "Failed"}, CLI::ignore_case).description(""))
        ->type_name("STATE");
    command->add_option("-n,--limit", options->limit, "How many (default 20)")
        ->type_name("COUNT")
        ->check(CLI::Range(1, 500).description(""));
    command->add_flag(
        "-f,--follow", options->follow, "Go on showing what changes; of one: progress to its end");
    command->callback(
        [&session, options] { session.action = [&session, options] { return act(session, *options); }; });
}

}  // namespace dbackup::cli
