#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/resource_changes.h"
#include "cli/session.h"
#include "cli/text.h"
#include "resources/document_folder.h"

namespace dbackup::cli {

namespace {

using Colour = Terminal::Colour;

struct ApplyOptions {
    std::vector<std::string> paths;
    std::string set;
    bool prune = false;
    bool keep_secrets = false;
};

JsonObject::Ptr bodyFrom(const ApplyOptions& options, bool dry_run) {
    JsonArray::Ptr documents = new JsonArray;
    for (const auto& path : options.paths) {
        const auto loaded =
            resources::loadDocuments(path, {resources::processEnvironment(), options.keep_secrets, false});
        for (const auto& document : loaded) {
            JsonObject::Ptr entry = newObject();
            entry->set("origin", document.origin);
            entry->set("document", document.body);
            documents->add(entry);
        }
    }
    JsonObject::Ptr body = newObject();
    body->set("documents", documents);
    if (!options.set.empty()) body->set("set", options.set);
    body->set("dryRun", dry_run);
    body->set("prune", options.prune);
    return body;
}

void show(Session& session, const JsonObject::Ptr& result, bool dry_run) {
    const auto changes = resourceChanges(*result);
    const Terminal& terminal = session.output().terminal();
    std::string text;
    for (const auto& line : changeLines(changes)) {
        const Colour colour = line.starts_with('+')   ? Colour::Green
                              : line.starts_with('-') ? Colour::Red
                                                      : Colour::Yellow;
        text += (line.starts_with(' ') ? line : terminal.inColour(line, colour)) + '\n';
    }
    session.output().show(result, text + summary(changes, dry_run) + '\n');
    if (session.output().format() != Format::Table) return;
    for (const auto& key : objectsAt(*result, "keys")) {
        session.output().write("New API key " + printable(textAt(*key, "name")) +
                               ", shown this once: " + printable(textAt(*key, "key")) + '\n');
    }
}

ExitCode act(Session& session, const ApplyOptions& options, bool dry_run) {
    const auto body = bodyFrom(options, dry_run);
    const auto result = objectAt(*asObject(session.rest().post("/resources/apply", *body)), "data");
    show(session, result, dry_run);
    const bool is_different = dry_run && !resourceChanges(*result).empty();
    return is_different ? ExitCode::Different : ExitCode::Success;
}

CLI::App* add(CLI::App& app, Session& session, const std::string& verb, const std::string& description) {
    const auto options = std::make_shared<ApplyOptions>();
    const bool dry_run = verb == "diff";
    CLI::App* command = app.add_subcommand(verb, description);
    command->add_option("-f,--file", options->paths, "File, or folder with *.yaml, *.yml, *.json")
        ->required()
        ->type_name("PATH")
        ->allow_extra_args(false);
    command->add_flag(
        "--prune", options->prune, "Delete what earlier applies of the set made and this one lacks");
    command->add_option("--set", options->set, "Name of the set of documents (default: default)")
        ->type_name("NAME");
    command->add_flag("--keep-secrets",
                      options->keep_secrets,
                      "Where a placeholder has no value, keep what the server has");
    command->callback([&session, options, dry_run] {
        session.action = [&session, options, dry_run] { return act(session, *options, dry_run); };
    });
    return command;
}

}  // namespace

void addApplyCommand(CLI::App& app, Session& session) {
    add(app, session, "apply", "Make sources, destinations, jobs, ... be what files say")
        ->footer("All of it happens, or nothing. dbackup diff says before what would.");
    add(app, session, "diff", "Show what apply would change, and change nothing")
        ->footer("The exit code is 0 when nothing would change, 10 when something would.");
}

}  // namespace dbackup::cli
