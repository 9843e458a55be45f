#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/follow.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/stored_backup.h"

namespace dbackup::cli {

namespace {

struct RestoreOptions {
    BackupChoice choice;
    std::string target;
    std::vector<std::string> databases;
    std::vector<std::string> selection;
    std::vector<std::string> owners;
    bool globals = false;
    bool overwrite = false;
    bool no_owner = false;
    bool wait = false;
};

/// "old=new", or "old" alone for the same name.
std::pair<std::string, std::string> pairFrom(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return {text, text};
    if (equals == 0 || equals + 1 == text.size()) {
        throw Failure(ExitCode::Usage, "\"" + text + "\" must be NAME or OLD=NEW");
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

JsonObject::Ptr bodyFrom(const RestoreOptions& options,
                         const std::string& path,
                         const std::string& target_id) {
    JsonObject::Ptr body = newObject();
    body->set("file", path);
    body->set("targetSourceId", target_id);
    JsonArray::Ptr mapping = new JsonArray;
    for (const auto& database : options.databases) {
        const auto [from, to] = pairFrom(database);
        JsonObject::Ptr item = newObject();
        item->set("originalName", from);
        item->set("targetName", to);
        mapping->add(item);
    }
    body->set("databaseMapping", mapping);
    JsonArray::Ptr selection = new JsonArray;
    for (const auto& part : options.selection) {
        selection->add(part);
    }
    if (selection->size() > 0) body->set("selection", selection);
    JsonObject::Ptr owners = newObject();
    for (const auto& owner : options.owners) {
        const auto [from, to] = pairFrom(owner);
        owners->set(from, to);
    }
    if (owners->size() > 0) body->set("owners", owners);
    body->set("globals", options.globals);
    body->set("overwrite", options.overwrite);
    body->set("noOwner", options.no_owner);
    return body;
}

ExitCode restore(Session& session, const RestoreOptions& options) {
    const auto target = named(sources(session.rest()), options.target, "source");
    const StoredBackup backup = storedBackup(session, options.choice);
    const std::string path = textAt(*backup.file, "path");
    const auto answer =
        asObject(session.rest().post("/storage/" + encoded(backup.destination_id) + "/restore",
                                     *bodyFrom(options, path, textAt(*target, "id"))));
    return started(session,
                   *answer,
                   "The restore of " + path + " into " + textAt(*target, "name") + " was started",
                   options.wait);
}

}  // namespace

void addRestoreCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<RestoreOptions>();
    CLI::App* command = app.add_subcommand("restore", "Restore a backup into a source");
    addBackupChoice(*command, options->choice);
    command->add_option("--to", options->target, "Name or id of the source to restore into")->required();
    command->add_option("-d,--database", options->databases, "Only this database; OLD=NEW under another name")
        ->allow_extra_args(false);
    command
        ->add_option("--select", options->selection, "Only this part of the database (schema, table, file)")
        ->allow_extra_args(false);
    command->add_option("--owner", options->owners, "Give what OLD owns to NEW: OLD=NEW")
        ->allow_extra_args(false);
    command->add_flag("--globals", options->globals, "Restore roles and what else belongs to the server");
    command->add_flag("--overwrite", options->overwrite, "Replace databases that have data");
    command->add_flag("--no-owner", options->no_owner, "Leave owners and privileges out");
    command->add_flag("-w,--wait", options->wait, "Show progress until the restore has ended");
    command->footer(
        "Every object of the backup is verified before the target is touched. A database\n"
        "that has data is replaced only with --overwrite.");
    command->callback(
        [&session, options] { session.action = [&session, options] { return restore(session, *options); }; });
}

}  // namespace dbackup::cli
