#include "cli/completion.h"

#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/man_page.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/text.h"
#include "resources/placeholders.h"

namespace dbackup::cli {

namespace {

constexpr int completion_timeout_s = 2;

std::vector<std::string> namesIn(const std::vector<JsonObject::Ptr>& objects) {
    std::vector<std::string> names;
    for (const auto& object : objects) {
        names.push_back(textAt(*object, "name"));
    }
    return names;
}

/// What the server has; nothing when it is away, as nobody wants an error while he types.
std::vector<std::string> namesFor(Session& session, const std::string& argument) {
    if (argument == "--profile") return profileNames(profileFile(resources::processEnvironment()));
    session.timeout_s = completion_timeout_s;
    try {
        if (argument == "JOB" || argument == "--job" || argument == "EXECUTION")
            return namesIn(jobs(session.rest()));
        if (argument == "DESTINATION" || argument.ends_with("destination"))
            return namesIn(destinations(session.rest()));
        if (argument == "--to" || argument.ends_with("source")) return namesIn(sources(session.rest()));
        if (argument == "BACKUP") return {"latest"};
        if (argument == "KEY") {
            std::vector<std::string> keys;
            for (const auto& setting : objectsIn(session.rest().data("/settings"))) {
                keys.push_back(textAt(*setting, "key"));
            }
            return keys;
        }
        if (argument.ends_with("of the key")) return namesIn(objectsIn(session.rest().data("/api-keys")));
    } catch (const Failure& failure) {
        (void)failure;  // see above
    }
    return {};
}

ExitCode complete(Session& session, const CLI::App& app, const std::vector<std::string>& words) {
    const auto names = [&](const std::string& argument) { return namesFor(session, argument); };
    for (const auto& word : completions(app, words, names)) {
        session.output().write(printable(word) + '\n');
    }
    return ExitCode::Success;
}

void writePage(const std::filesystem::path& folder, const CLI::App& app) {
    std::ofstream out(folder / (manPageName(app) + ".1"));
    out << manPage(app) << std::flush;
    if (!out) throw Failure(ExitCode::Local, "cannot write to " + folder.string());
}

ExitCode writeManual(const CLI::App& app, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    writePage(folder, app);
    for (const CLI::App* verb :
         app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); })) {
        writePage(folder, *verb);
    }
    return ExitCode::Success;
}

}  // namespace

void addCompletionCommand(CLI::App& app, Session& session) {
    const auto shell = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("completion", "Print the completion script of a shell");
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&session, shell] {
        session.action = [&session, shell] {
            session.output().write(completionScript(*shell));
            return ExitCode::Success;
        };
    });
    // What those scripts call.
    const auto words = std::make_shared<std::vector<std::string>>();
    CLI::App* complete_command =
        app.add_subcommand("complete", "What could stand in place of the last word")->group("");
    complete_command->add_option("WORDS", *words, "The command line")->allow_extra_args();
    complete_command->callback([&session, &app, words] {
        session.action = [&session, &app, words] { return complete(session, app, *words); };
    });
}

void addManCommand(CLI::App& app, Session& session) {
    const auto folder = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("man", "Write the manual pages into a folder")->group("");
    command->add_option("FOLDER", *folder, "Where to")->required();
    command->callback(
        [&session, &app, folder] { session.action = [&app, folder] { return writeManual(app, *folder); }; });
}

}  // namespace dbackup::cli
