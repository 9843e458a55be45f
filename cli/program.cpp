#include "cli/program.h"

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>
#include <Poco/Exception.h>

#include "cli/commands/commands.h"
#include "cli/session.h"
#include "cli/text.h"
#include "resources/fault.h"

namespace dbackup::cli {

namespace {

using Colour = Terminal::Colour;

constexpr const char* notes =
    R"(Names and ids are equally good. -o json and -o yaml give what the server answered.

Environment:
  DBACKUP_URL              address of the server (default http://127.0.0.1:8484)
  DBACKUP_API_KEY          API key
  DBACKUP_SKIP_TLS_VERIFY  1 = trust any certificate
  DBACKUP_PROFILE          name of a profile
  DBACKUP_PROFILES         profile file (default ~/.config/dbackup/profiles.yaml)
  NO_COLOR                 set to anything = no colours

Exit codes:
  0 success; 1 the execution failed, or a fault was found; 2 wrong usage;
  3 partial: some destinations have the backup; 4 cancelled; 5 not found;
  6 refused: API key or permission; 7 server cannot be reached;
  8 rejected by the server; 9 a local file; 10 diff found changes;
  130 interrupted, what runs on the server goes on)";

void addOptions(CLI::App& app, Session& session) {
    ConnectionOptions& connection = session.connection_options;
    app.add_option("--url", connection.url, "Address of the server")->type_name("URL");
    app.add_option("-p,--profile", connection.profile, "Server of the profile file")->type_name("NAME");
    app.add_option("--api-key-file", connection.api_key_file, "File with the API key")->type_name("FILE");
    app.add_option("--ca-file", connection.ca_file, "Authorities to trust, PEM")->type_name("FILE");
    app.add_flag("--skip-tls-verify", connection.skip_tls_verify, "Trust any certificate");
    app.add_option("--timeout", session.timeout_s, "Seconds to wait for an answer")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 86'400).description(""));
    app.add_option_function<std::string>(
           "-o,--output",
           [&session](const std::string& name) {
               session.output().setFormat(name == "json"   ? Format::Json
                                          : name == "yaml" ? Format::Yaml
                                                           : Format::Table);
           },
           "How results are shown")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"table", "json", "yaml"}));
}

/// Positional arguments are called by their name alone, not "JOB TEXT".
void nameArguments(CLI::App& app) {
    for (CLI::Option* option :
         app.get_options([](const CLI::Option* one) { return one->get_positional(); })) {
        option->type_name("");
    }
    for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) {
        nameArguments(*verb);
    }
}

void complain(Session& session, const std::string& text, const std::string& hint) {
    const Terminal& terminal = session.errTerminal();
    std::string start = "dbackup: ";
    for (std::size_t at = 0;
         at <= text.size();) {  // a line of the text each, none of which may steer the terminal
        const std::size_t end = std::min(text.find('\n', at), text.size());
        session.err() << terminal.inColour(start + printable(text.substr(at, end - at)), Colour::Red) << '\n';
        start = "         ";
        at = end + 1;
    }
    for (std::size_t at = 0; !hint.empty() && at <= hint.size();) {
        const std::size_t end = std::min(hint.find('\n', at), hint.size());
        session.err() << "         " << printable(hint.substr(at, end - at)) << '\n';
        at = end + 1;
    }
    session.err() << std::flush;
}

/// @return an exit code, or -1 to go on
int parse(CLI::App& app, Session& session, const std::vector<std::string>& arguments) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    try {
        app.parse(std::move(reversed));
        return -1;
    } catch (const CLI::CallForHelp&) {
        session.output().write(app.help());
    } catch (const CLI::CallForVersion& version) {
        session.output().write(std::string(version.what()) + '\n');
    } catch (const CLI::ParseError& error) {
        std::string command = "dbackup";
        for (const CLI::App* verb : app.get_subcommands()) {
            command += ' ' + verb->get_name();
        }
        complain(session, error.what(), "see " + command + " --help");
        return static_cast<int>(ExitCode::Usage);
    }
    return 0;
}

int runParsed(CLI::App& app, Session& session, const std::vector<std::string>& arguments) {
    if (arguments.empty()) {
        session.err() << app.help() << std::flush;
        return static_cast<int>(ExitCode::Usage);
    }
    if (const int code = parse(app, session, arguments); code >= 0) return code;
    if (!session.action) {
        complain(session, "a command is missing", "see dbackup --help");
        return static_cast<int>(ExitCode::Usage);
    }
    return static_cast<int>(session.action());
}

}  // namespace

std::unique_ptr<CLI::App> commandLine(Session& session) {
    auto app = std::make_unique<CLI::App>("Back up databases with DBackup, from the command line", "dbackup");
    app->set_version_flag("--version", std::string("dbackup " DBACKUP_VERSION), "Print the version");
    app->get_formatter()->column_width(32);
    app->get_formatter()->label("REQUIRED", "");
    app->require_subcommand(0, 1);
    app->fallthrough();
    addOptions(*app, session);
    for (const auto add : {addRunCommand,
                           addJobsCommand,
                           addSourcesCommand,
                           addDestinationsCommand,
                           addExecutionsCommand,
                           addLogsCommand,
                           addCancelCommand,
                           addBackupsCommand,
                           addRestoreCommand,
                           addVerifyCommand,
                           addDownloadCommand,
                           addKeysCommand,
                           addSettingsCommand,
                           addPluginsCommand,
                           addDoctorCommand,
                           addApplyCommand,
                           addExportCommand,
                           addCompletionCommand,
                           addManCommand}) {
        add(*app, session);
    }
    nameArguments(*app);
    app->footer(notes);
    return app;
}

int runProgram(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
    Session session(out, err);
    try {
        const auto app = commandLine(session);
        return runParsed(*app, session, arguments);
    } catch (const Failure& failure) {
        complain(session, failure.what(), failure.hint());
        return static_cast<int>(failure.code());
    } catch (const resources::Fault& fault) {
        complain(session, fault.what(), "");
        return static_cast<int>(ExitCode::Local);
    } catch (const Poco::Exception& error) {
        complain(session, error.displayText(), "");
    } catch (const std::exception& error) {
        complain(session, error.what(), "");
    }
    return static_cast<int>(ExitCode::Rejected);
}

}  // namespace dbackup::cli
