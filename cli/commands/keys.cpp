#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/names.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace {

struct KeyOptions {
    std::string name;
    std::vector<std::string> permissions;
    std::string expires;
};

JsonObject::Ptr keyNamed(Session& session, const std::string& name) {
    return named(objectsIn(session.rest().data("/api-keys")), name, "API key");
}

std::string pathOf(const JsonObject& key) {
    return "/api-keys/" + encoded(textAt(key, "id"));
}

ExitCode list(Session& session) {
    const JsonVar keys = session.rest().data("/api-keys");
    Table table({{"NAME", false, true},
                 {"KEY"},
                 {"ENABLED"},
                 {"EXPIRES"},
                 {"LAST USED"},
                 {"PERMISSIONS", false, true}});
    for (const auto& key : objectsIn(keys)) {
        table.add({textAt(*key, "name"),
                   textAt(*key, "prefix") + "...",
                   flagAt(*key, "enabled") ? "yes" : "no",
                   localTime(textAt(*key, "expiresAt", "never")),
                   localTime(textAt(*key, "lastUsedAt", "never")),
                   joined(textsAt(*key, "permissions"))});
    }
    session.output().show(keys, table, "There are no API keys.");
    return ExitCode::Success;
}

/// The key alone on standard output, so that a script can take it.
ExitCode showNew(Session& session, const JsonVar& answer) {
    const auto key = objectAt(*asObject(answer), "data");
    session.remark("this is the only time that the key is shown");
    session.output().show(key, textAt(*key, "key") + '\n');
    return ExitCode::Success;
}

ExitCode create(Session& session, const KeyOptions& options) {
    JsonObject::Ptr body = newObject();
    body->set("name", options.name);
    JsonArray::Ptr permissions = new JsonArray;
    for (const auto& permission : options.permissions) {
        permissions->add(permission);
    }
    body->set("permissions", permissions);
    if (!options.expires.empty()) body->set("expiresAt", options.expires);
    return showNew(session, session.rest().post("/api-keys", *body));
}

ExitCode enable(Session& session, const std::string& name, bool enabled) {
    const auto key = keyNamed(session, name);
    JsonObject::Ptr body = newObject();
    body->set("enabled", enabled);
    const JsonVar answer = session.rest().put(pathOf(*key), *body);
    session.output().show(answer,
                          printable(textAt(*key, "name")) + (enabled ? ": enabled\n" : ": disabled\n"));
    return ExitCode::Success;
}

ExitCode remove(Session& session, const std::string& name) {
    const auto key = keyNamed(session, name);
    const JsonVar answer = session.rest().remove(pathOf(*key));
    session.output().show(answer, printable(textAt(*key, "name")) + ": deleted\n");
    return ExitCode::Success;
}

using Action = ExitCode (*)(Session&, const KeyOptions&);

CLI::App* addVerb(CLI::App& keys,
                  Session& session,
                  const std::string& verb,
                  const std::string& description,
                  Action action) {
    const auto options = std::make_shared<KeyOptions>();
    CLI::App* command = keys.add_subcommand(verb, description);
    command
        ->add_option(
            "NAME", options->name, verb == "create" ? "Name of the new key" : "Name or id of the key")
        ->required();
    if (verb == "create") {
        command
            ->add_option(
                "-p,--permissions", options->permissions, "What it may do: jobs:execute,history:read,...")
            ->required()
            ->delimiter(',')
            ->allow_extra_args(false);
        command->add_option("--expires", options->expires, "When it ends: 2030-01-31T00:00:00Z");
    }
    command->callback([&session, options, action] {
        session.action = [&session, options, action] { return action(session, *options); };
    });
    return command;
}

}  // namespace

void addKeysCommand(CLI::App& app, Session& session) {
    CLI::App* keys = app.add_subcommand("keys", "List, make, renew, disable and delete API keys");
    keys->require_subcommand(0, 1);
    // Called before a sub-command's own, which then wins.
    keys->preparse_callback(
        [&session](std::size_t) { session.action = [&session] { return list(session); }; });
    addVerb(*keys, session, "list", "List the keys", [](Session& s, const KeyOptions&) {
        return list(s);
    })->remove_option(keys->get_subcommand("list")->get_option("NAME"));
    addVerb(*keys, session, "create", "Make a key and show it, once", create);
    addVerb(*keys,
            session,
            "rotate",
            "Give a key a new secret and show it, once",
            [](Session& s, const KeyOptions& o) {
                return showNew(s, s.rest().post(pathOf(*keyNamed(s, o.name)) + "/rotate", *newObject()));
            });
    addVerb(*keys, session, "enable", "Let a disabled key work again", [](Session& s, const KeyOptions& o) {
        return enable(s, o.name, true);
    });
    addVerb(*keys, session, "disable", "Refuse a key from now on", [](Session& s, const KeyOptions& o) {
        return enable(s, o.name, false);
    });
    addVerb(*keys, session, "delete", "Delete a key", [](Session& s, const KeyOptions& o) {
        return remove(s, o.name);
    });
}

}  // namespace dbackup::cli
