#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/session.h"
#include "resources/yaml_json.h"

namespace dbackup::cli {

namespace {

Table tableOf(const JsonVar& settings, const std::string& only) {
    Table table({{"KEY"}, {"VALUE", true}, {"DEFAULT", true}, {"DESCRIPTION", false, true}});
    for (const auto& setting : objectsIn(settings)) {
        if (!only.empty() && textAt(*setting, "key") != only) continue;
        table.add({textAt(*setting, "key"),
                   setting->get("value").toString(),
                   setting->get("default").toString(),
                   textAt(*setting, "description")});
    }
    return table;
}

ExitCode show(Session& session, const std::string& key) {
    const JsonVar settings = session.rest().data("/settings");
    if (key.empty()) {
        session.output().show(settings, tableOf(settings, ""), "There are no settings.");
        return ExitCode::Success;
    }
    for (const auto& setting : objectsIn(settings)) {
        if (textAt(*setting, "key") == key) {
            session.output().show(setting, setting->get("value").toString() + '\n');
            return ExitCode::Success;
        }
    }
    throw Failure(ExitCode::NotFound, "there is no setting \"" + key + "\"", "dbackup settings lists them");
}

ExitCode change(Session& session, const std::vector<std::string>& assignments) {
    JsonObject::Ptr body = newObject();
    for (const auto& assignment : assignments) {
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw Failure(ExitCode::Usage, "\"" + assignment + "\" is not KEY=VALUE");
        }
        const auto value = resources::parseYaml(assignment.substr(equals + 1), assignment);
        body->set(assignment.substr(0, equals), value.empty() ? JsonVar() : value.front().value);
    }
    const JsonVar settings = asObject(session.rest().put("/settings", *body))->get("data");
    session.output().show(settings, tableOf(settings, ""), "");
    return ExitCode::Success;
}

}  // namespace

void addSettingsCommand(CLI::App& app, Session& session) {
    const auto arguments = std::make_shared<std::vector<std::string>>();
    CLI::App* command = app.add_subcommand("settings", "Show or change the service's settings");
    command->add_option("KEY", *arguments, "A key to show, or KEY=VALUE ... to change");
    command->callback([&session, arguments] {
        session.action = [&session, arguments] {
            if (arguments->empty()) return show(session, "");
            const bool is_key = arguments->size() == 1 && arguments->front().find('=') == std::string::npos;
            return is_key ? show(session, arguments->front()) : change(session, *arguments);
        };
    });
}

}  // namespace dbackup::cli
