#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/follow.h"
#include "cli/names.h"
#include "cli/session.h"

namespace dbackup::cli {

namespace {

struct RunOptions {
    std::string job;
    bool wait = false;
    bool lock = false;
};

ExitCode run(Session& session, const RunOptions& options) {
    const JsonObject::Ptr job = named(jobs(session.rest()), options.job, "job");
    JsonObject::Ptr body = newObject();
    body->set("lock", options.lock);
    const auto answer = asObject(session.rest().post("/jobs/" + encoded(textAt(*job, "id")) + "/run", *body));
    return started(session, *answer, textAt(*job, "name") + " was started", options.wait);
}

}  // namespace

void addRunCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command = app.add_subcommand("run", "Start a job");
    command->add_option("JOB", options->job, "Name or id of the job")->required();
    command->add_flag("-w,--wait", options->wait, "Show progress until the backup has ended");
    command->add_flag("--lock", options->lock, "Keep the backup from being deleted by retention");
    command->footer(
        "With --wait the exit code is 0 only when the backup is a success on every\n"
        "destination; 3 when some have it, 4 when it was cancelled, 1 when it failed.\n"
        "Ctrl-C on a terminal asks whether to cancel the backup or to let it run.");
    command->callback(
        [&session, options] { session.action = [&session, options] { return run(session, *options); }; });
}

}  // namespace dbackup::cli
