#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

std::string sourceNameOf(const JsonObject& job) {
    const std::string first = textAt(*objectAt(job, "source"), "name", "-");
    const std::size_t more = textsAt(job, "sourceIds").size();
    return more == 0 ? first : first + " +" + std::to_string(more);
}

std::string destinationNamesOf(const JsonObject& job) {
    std::vector<std::string> names;
    for (const auto& destination : objectsAt(job, "destinations")) {
        names.push_back(textAt(*objectAt(*destination, "config"), "name", textAt(*destination, "configId")));
    }
    return joined(names);
}

ExitCode list(Session& session) {
    const JsonVar answer = session.rest().get("/jobs");
    Table table({{"NAME", false, true},
                 {"SOURCE", false, true},
                 {"DESTINATIONS", false, true},
                 {"SCHEDULE", false, true},
                 {"ENABLED"},
                 {"LAST RUN"}});
    for (const auto& job : objectsIn(answer)) {
        table.add({textAt(*job, "name"),
                   sourceNameOf(*job),
                   destinationNamesOf(*job),
                   textAt(*job, "schedule", "-"),
                   flagAt(*job, "enabled") ? "yes" : "no",
                   localTime(textAt(*job, "lastRunAt", "never"))});
    }
    session.output().show(answer, table, "There are no jobs.");
    return ExitCode::Success;
}

ExitCode show(Session& session, const std::string& name) {
    const JsonObject::Ptr job = named(jobs(session.rest()), name, "job");
    const std::string databases = joined(textsAt(*job, "databases"));
    const std::vector<std::pair<std::string, std::string>> lines = {
        {"Name", textAt(*job, "name")},
        {"Id", textAt(*job, "id")},
        {"Enabled", flagAt(*job, "enabled") ? "yes" : "no"},
        {"Schedule", textAt(*job, "schedule").empty() ? "none" : textAt(*job, "schedule")},
        {"Source", sourceNameOf(*job)},
        {"Databases", databases.empty() ? "all" : databases},
        {"Destinations", destinationNamesOf(*job)},
        {"Compression", textAt(*job, "compression")},
        {"Last run", localTime(textAt(*job, "lastRunAt", "never"))},
        {"Next run", localTime(textAt(*job, "nextRunAt", "none"))}};
    std::string text;
    for (const auto& [title, value] : lines) {
        text += title + ':' + std::string(14 - title.size(), ' ') + printable(value) + '\n';
    }
    session.output().show(job, text);
    return ExitCode::Success;
}

}  // namespace

void addJobsCommand(CLI::App& app, Session& session) {
    const auto name = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("jobs", "List jobs, or show one");
    command->add_option("JOB", *name, "Name or id of the job to show");
    command->callback([&session, name] {
        session.action = [&session, name] { return name->empty() ? list(session) : show(session, *name); };
    });
}

}  // namespace dbackup::cli
