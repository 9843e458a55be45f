#include <CLI/CLI.hpp>

#include "cli/commands/commands.h"
#include "cli/session.h"
#include "cli/text.h"
#include "resources/yaml_json.h"

namespace dbackup::cli {

namespace {

struct ExportOptions {
    std::string kind;
    bool schema = false;
};

ExitCode act(Session& session, const ExportOptions& options) {
    if (options.schema) {
        const JsonVar schema = session.rest().get("/resources/schema");
        session.output().write(session.output().format() == Format::Yaml ? resources::toYaml(schema)
                                                                         : toIndentedText(schema));
        return ExitCode::Success;
    }
    const auto answer = asObject(
        session.rest().get("/resources" + (options.kind.empty() ? "" : "?kind=" + encoded(options.kind))));
    if (const auto left_out = textsAt(*answer, "leftOut"); !left_out.empty()) {
        session.remark("left out, as this key may not read them: " + joined(left_out));
    }
    if (session.output().format() == Format::Json) {
        session.output().write(toIndentedText(answer->get("data")));
        return ExitCode::Success;
    }
    std::string text;
    for (const auto& document : objectsAt(*answer, "data")) {
        text += (text.empty() ? "" : "---\n") + resources::toYaml(document);
    }
    session.output().write(text);
    return ExitCode::Success;
}

}  // namespace

void addExportCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command = app.add_subcommand("export", "Print what there is as files for apply");
    command->add_option("--kind", options->kind, "Only this kind")
        ->type_name("KIND")
        ->check(CLI::IsMember({"Source", "Destination", "Job", "ApiKey", "Settings"}).description(""));
    command->add_flag("--schema", options->schema, "Print the JSON Schema of these files, for editors");
    command->footer(
        "Secrets are placeholders. dbackup apply --keep-secrets of what this prints changes\n"
        "nothing.");
    command->callback(
        [&session, options] { session.action = [&session, options] { return act(session, *options); }; });
}

}  // namespace dbackup::cli
