#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/names.h"
#include "cli/session.h"

namespace dbackup::cli {

void addCancelCommand(CLI::App& app, Session& session) {
    const auto name = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("cancel", "Cancel an execution that waits or runs");
    command->add_option("EXECUTION", *name, "Its id, or a job for its newest one")->required();
    command->callback([&session, name] {
        session.action = [&session, name] {
            const std::string id = executionNamed(session.rest(), *name);
            const auto answer =
                asObject(session.rest().post("/executions/" + encoded(id) + "/cancel", *newObject()));
            session.output().show(answer, textAt(*answer, "message") + '\n');
            return ExitCode::Success;
        };
    });
}

}  // namespace dbackup::cli
