#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/follow.h"
#include "cli/session.h"
#include "cli/stored_backup.h"

namespace dbackup::cli {

namespace {

struct VerifyOptions {
    BackupChoice choice;
    bool no_wait = false;
};

ExitCode verify(Session& session, const VerifyOptions& options) {
    const StoredBackup backup = storedBackup(session, options.choice);
    JsonObject::Ptr body = newObject();
    body->set("file", textAt(*backup.file, "path"));
    const auto answer =
        asObject(session.rest().post("/storage/" + encoded(backup.destination_id) + "/verify-async", *body));
    return started(session,
                   *answer,
                   "The verification of " + textAt(*backup.file, "path") + " was started",
                   !options.no_wait);
}

}  // namespace

void addVerifyCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<VerifyOptions>();
    CLI::App* command = app.add_subcommand("verify", "Read a backup back and compare its checksums");
    addBackupChoice(*command, options->choice);
    command->add_flag("--no-wait", options->no_wait, "Start it only");
    command->footer("The exit code is 0 only when every object is as it was written.");
    command->callback(
        [&session, options] { session.action = [&session, options] { return verify(session, *options); }; });
}

}  // namespace dbackup::cli
