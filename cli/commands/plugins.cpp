#include <filesystem>

#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/session.h"

namespace dbackup::cli {

namespace {

ExitCode list(Session& session) {
    const JsonVar plugins = session.rest().data("/plugins");
    Table table(
        {{"PLUGIN"}, {"VERSION"}, {"KIND"}, {"ADAPTER"}, {"TITLE", false, true}, {"STATUS", false, true}});
    for (const auto& plugin : objectsIn(plugins)) {
        const std::string file = std::filesystem::path(textAt(*plugin, "file")).stem();
        const std::string status = textAt(*plugin, "status");
        if (status != "loaded") {
            table.add({file,
                       textAt(*plugin, "version", "-"),
                       "-",
                       "-",
                       "-",
                       status + ": " + textAt(*plugin, "reason")});
        }
        for (const auto& component : objectsAt(*plugin, "components")) {
            table.add({file,
                       textAt(*plugin, "version"),
                       textAt(*component, "kind"),
                       textAt(*component, "id"),
                       textAt(*component, "title"),
                       status});
        }
    }
    session.output().show(plugins, table, "The service has no plugins.");
    return ExitCode::Success;
}

}  // namespace

void addPluginsCommand(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("plugins", "List engines and targets, and why one was refused");
    command->callback([&session] { session.action = [&session] { return list(session); }; });
}

}  // namespace dbackup::cli
