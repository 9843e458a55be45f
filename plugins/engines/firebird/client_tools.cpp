#include "client_tools.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <dbackup/sdk/error.h>

#include "failure.h"

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds version_timeout{10};
constexpr int oldest_major = 3;

/// A folder with a firebird.conf of the run's own, which is how the tools are told of encryption.
std::string configuration(const std::string& wire_crypt, const sdk::RunContext& run) {
    const fs::path folder = run.scratch() / "firebird";
    fs::create_directories(folder);
    std::ofstream file(folder / "firebird.conf");
    file << "WireCrypt = " << wire_crypt << "\n";
    file.close();
    if (!file) throw Error(ErrorKind::NoSpace, "cannot write " + (folder / "firebird.conf").string());
    return folder.string();
}

}  // namespace

std::string versionIn(const std::string& text) {
    // V is a release, T a test version, X one from the repository.
    for (const char* mark : {"-V", "-T", "-X"}) {
        const std::size_t at = text.find(mark);
        if (at == std::string::npos) continue;
        const std::size_t start = at + 2;
        const std::size_t end = std::min(text.find_first_not_of("0123456789.", start), text.size());
        const std::string numbers = text.substr(start, end - start);
        if (std::count(numbers.begin(), numbers.end(), '.') != 3 || numbers.starts_with('.')) continue;
        return numbers.substr(0, numbers.rfind('.'));  // without the build's number
    }
    return {};
}

sdk::Command ClientTools::tool(const std::string& name) const {
    const auto path = sdk::findTool(name, run_);
    if (!path) {
        throw Error(ErrorKind::ToolMissing,
                    "there is no " + name + ", a tool of Firebird's, in " + run_.toolPath(),
                    "Install the package firebird3.0-utils or put the folder of the program into tools.path");
    }
    sdk::Command command(*path);
    if (!server_.wire_crypt.empty()) command.env("FIREBIRD", configuration(server_.wire_crypt, run_));
    return command;
}

sdk::Command ClientTools::gbak() const {
    sdk::Command command = tool("gbak");
    // It wants to do something beside, and fails as there is nothing to do; the version comes first.
    sdk::Command question(command.program());
    question.arg("-z");
    sdk::Subprocess process(question, run_);
    std::string said = process.readAll();
    const sdk::ExitStatus ignored = process.wait();
    said += process.errorText();
    const std::string version = versionIn(said);
    if (version.empty() || std::stoi(version) < oldest_major) {
        throw Error(ErrorKind::ToolMissing,
                    command.program() + " is no gbak of Firebird " + std::to_string(oldest_major) +
                        " or newer: it said " + (said.empty() ? "nothing, " + ignored.text() : said),
                    "Install the package firebird3.0-utils or put the folder of the program into tools.path");
    }
    const std::string password = command.secretFile(server_.password);
    command.args({"-user", server_.user, "-fetch_password", password});
    if (!server_.role.empty()) command.args({"-role", server_.role});
    return command;
}

std::string ClientTools::finished(const sdk::Command& command,
                                  const std::string& what,
                                  std::chrono::milliseconds timeout) const {
    try {
        return sdk::runTool(command, run_, timeout);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unavailable) {
            Error late(ErrorKind::Unavailable,
                       what + ": " + server_.place() + " did not answer within " +
                           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count()) +
                           " s",
                       "Check host, port and firewall, and the server's load");
            throw Error(late.canRetry());
        }
        if (error.kind() != ErrorKind::ToolFailed) throw;
        throw failure(server_, what, error.what());
    }
}

std::string ClientTools::serverVersion() const {
    sdk::Command command = tool("fbsvcmgr");
    const std::string password = command.secretFile(server_.password);
    command.args({server_.address("service_mgr"),
                  "user",
                  server_.user,
                  "fetch_password",
                  password,
                  "info_server_version"});
    const std::string what = "Connection to " + server_.place() + " failed";
    const std::string said = finished(command, what, server_.connect_timeout);
    std::string version = versionIn(said);
    if (version.empty()) throw Error(ErrorKind::Unsupported, what + ": no known version in \"" + said + "\"");
    if (std::stoi(version) < oldest_major) {
        throw Error(ErrorKind::Unsupported,
                    server_.place() + " runs Firebird " + version,
                    "Firebird 3.0 is the oldest that can be backed up");
    }
    return version;
}

std::string ClientTools::sql(const std::string& database,
                             const std::string& statements,
                             std::chrono::milliseconds timeout) const {
    sdk::Command command = tool("isql-fb");
    const std::string password = command.secretFile(server_.password);
    const std::string script = command.secretFile(sdk::SecretString(statements));
    // Without the database's triggers: they are for its users.
    command.args({"-q",
                  "-bail",
                  "-nodbtriggers",
                  "-charset",
                  "UTF8",
                  "-user",
                  server_.user,
                  "-fetch_password",
                  password,
                  "-input",
                  script});
    if (!server_.role.empty()) command.args({"-r2", server_.role});
    command.arg(server_.address(database));
    return finished(
        command, "Database '" + database + "' on " + server_.place() + " cannot be used", timeout);
}

}  // namespace dbackup::firebird
