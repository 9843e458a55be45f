#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

struct BackupOptions {
    std::string destination;
    std::string job;
};

std::string remarkOn(const JsonObject& file) {
    if (const std::string fault = textAt(file, "fault"); !fault.empty()) return "damaged: " + fault;
    std::string remark = flagAt(file, "locked") ? "locked" : "";
    if (flagAt(file, "isEncrypted")) remark += remark.empty() ? "encrypted" : ", encrypted";
    return remark;
}

ExitCode list(Session& session, const BackupOptions& options) {
    auto where = destinations(session.rest());
    if (!options.destination.empty()) where = {named(where, options.destination, "destination")};
    Table table({{"DESTINATION", false, true},
                 {"BACKUP", false, true},
                 {"DATABASES", false, true},
                 {"TIME"},
                 {"SIZE", true},
                 {"REMARK", false, true}});
    JsonArray::Ptr all = new JsonArray;
    for (const auto& destination : where) {
        const JsonVar files =
            session.rest().get("/storage/" + encoded(textAt(*destination, "id")) + "/files");
        for (auto& file : objectsIn(files)) {
            if (!options.job.empty() && textAt(*file, "jobName") != options.job) continue;
            file->set("destination", textAt(*destination, "name"));
            all->add(file);
            table.add({textAt(*destination, "name"),
                       textAt(*file, "path"),
                       textAt(*objectAt(*file, "dbInfo"), "label", "-"),
                       localTime(textAt(*file, "lastModified")),
                       bytesText(numberAt(*file, "size").value_or(0)),
                       remarkOn(*file)});
        }
    }
    session.output().show(all, table, "There are no backups.");
    return ExitCode::Success;
}

}  // namespace

void addBackupsCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<BackupOptions>();
    CLI::App* command = app.add_subcommand("backups", "List the backups on destinations, newest first");
    command->add_option("DESTINATION", options->destination, "Name or id; without it, all destinations");
    command->add_option("--job", options->job, "Only of the job with this name");
    command->callback(
        [&session, options] { session.action = [&session, options] { return list(session, *options); }; });
}

}  // namespace dbackup::cli
