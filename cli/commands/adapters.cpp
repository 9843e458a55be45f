#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

struct AdapterOptions {
    std::string noun;  ///< "source" | "destination"
    std::string path;  ///< of the list
    std::string name;
    bool test = false;
    bool databases = false;
};

JsonObject::Ptr configOf(const JsonObject& adapter) {
    try {
        return asObject(parseJson(textAt(adapter, "config", "{}")));
    } catch (const Poco::Exception&) {
        return newObject();
    }
}

/// The setting that says most: where it is.
std::string placeOf(const JsonObject& adapter) {
    const JsonObject::Ptr config = configOf(adapter);
    for (const char* key : {"basePath", "path", "bucket", "url", "address", "host"}) {
        const std::string value = textAt(*config, key);
        if (value.empty()) continue;
        const auto port = numberAt(*config, "port");
        return port ? value + ':' + std::to_string(*port) : value;
    }
    return joined(textsAt(*config, "folders"));
}

ExitCode list(Session& session, const AdapterOptions& options) {
    const JsonVar answer = session.rest().get(options.path);
    Table table({{"NAME", false, true}, {"KIND"}, {"WHERE", false, true}, {"STATUS"}, {"CREATED"}});
    for (const auto& adapter : objectsIn(answer)) {
        table.add({textAt(*adapter, "name"),
                   textAt(*adapter, "adapterId"),
                   placeOf(*adapter),
                   textAt(*adapter, "lastStatus", "-"),
                   localTime(textAt(*adapter, "createdAt"))});
    }
    session.output().show(answer, table, "There are no " + options.noun + "s.");
    return ExitCode::Success;
}

ExitCode show(Session& session, const JsonObject::Ptr& adapter) {
    std::string text = "Name:          " + printable(textAt(*adapter, "name")) +
                       "\nId:            " + printable(textAt(*adapter, "id")) +
                       "\nKind:          " + printable(textAt(*adapter, "adapterId")) + '\n';
    const JsonObject::Ptr config = configOf(*adapter);
    for (const auto& key : config->getNames()) {
        text += "  " + printable(key + ": " + config->get(key).toString()) + '\n';
    }
    const JsonObject::Ptr secrets = objectAt(*adapter, "secretStatus");
    for (const auto& key : secrets->getNames()) {
        text += "  " + printable(key) + (flagAt(*secrets, key) ? ": (secret)" : ": (not set)") + '\n';
    }
    session.output().show(adapter, text);
    return ExitCode::Success;
}

ExitCode test(Session& session, const JsonObject& adapter) {
    JsonObject::Ptr body = newObject();
    body->set("adapterId", textAt(adapter, "adapterId"));
    body->set("configId", textAt(adapter, "id"));
    body->set("config", configOf(adapter));
    const auto answer = asObject(session.rest().post("/adapters/test-connection", *body));
    const std::string version = textAt(*answer, "version");
    session.output().show(answer,
                          printable(textAt(adapter, "name") + ": " + textAt(*answer, "message") +
                                    (version.empty() ? "" : " (" + version + ")")) +
                              '\n');
    return flagAt(*answer, "success") ? ExitCode::Success : ExitCode::Failed;
}

ExitCode databases(Session& session, const JsonObject& adapter) {
    const auto answer =
        asObject(session.rest().get("/adapters/" + encoded(textAt(adapter, "id")) + "/databases"));
    std::string text;
    for (const auto& name : textsAt(*answer, "databases")) {
        text += printable(name) + '\n';
    }
    session.output().show(answer->get("databases"), text);
    return ExitCode::Success;
}

ExitCode act(Session& session, const AdapterOptions& options) {
    if (options.name.empty()) return list(session, options);
    const auto adapter = named(objectsIn(session.rest().get(options.path)), options.name, options.noun);
    if (options.test) return test(session, *adapter);
    return options.databases ? databases(session, *adapter) : show(session, adapter);
}

CLI::App* add(CLI::App& app, Session& session, const std::shared_ptr<AdapterOptions>& options) {
    CLI::App* command =
        app.add_subcommand(options->noun + "s", "List " + options->noun + "s, show or test one");
    CLI::Option* name = command->add_option("NAME", options->name, "Name or id of the " + options->noun);
    command->add_flag("--test", options->test, "Connect to it; exit code 1 when that fails")->needs(name);
    command->callback(
        [&session, options] { session.action = [&session, options] { return act(session, *options); }; });
    return command;
}

}  // namespace

void addSourcesCommand(CLI::App& app, Session& session) {
    const auto options =
        std::make_shared<AdapterOptions>(AdapterOptions{"source", "/adapters?type=database", {}});
    CLI::App* command = add(app, session, options);
    command->add_flag("--databases", options->databases, "List the databases that it reaches")
        ->needs(command->get_option("NAME"));
}

void addDestinationsCommand(CLI::App& app, Session& session) {
    add(app,
        session,
        std::make_shared<AdapterOptions>(
            AdapterOptions{"destination", "/adapters?type=storage&role=destination", {}}));
}

}  // namespace dbackup::cli
