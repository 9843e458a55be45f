#include "client_tools.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include <dbackup/sdk/error.h>

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds version_timeout{10};

std::array<std::string, 2> namesOf(ToolKind kind) {
    return kind == ToolKind::Dump ? std::array<std::string, 2>{"mariadb-dump", "mysqldump"}
                                  : std::array<std::string, 2>{"mariadb", "mysql"};
}

bool isExecutable(const fs::path& file) {
    std::error_code ignored;
    const auto status = fs::status(file, ignored);
    return fs::is_regular_file(status) && (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
}

/// All that are installed, in the order of the tool path.
std::vector<ClientTool> installed(ToolKind kind, sdk::RunContext& run) {
    std::vector<ClientTool> tools;
    std::string_view rest = run.toolPath();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const fs::path folder(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        for (const std::string& name : namesOf(kind)) {
            const fs::path file = folder / name;
            if (!file.is_absolute() || !isExecutable(file)) continue;
            const auto version = ServerVersion::ofTool(
                sdk::runTool(sdk::Command(file.string()).arg("--version"), run, version_timeout));
            if (version.known()) tools.push_back({file.string(), version});
        }
    }
    return tools;
}

/// How well a tool suits a server; 0 = not at all.
int fitness(const ServerVersion& tool, const ServerVersion& server) {
    if (tool.mariadb != server.mariadb) return server.mariadb ? 0 : 1;
    return tool.atLeast(server.major, server.minor) ? 3 : 2;
}

}  // namespace

sdk::Command ClientTool::command(const ServerSettings& server) const {
    sdk::Command command(path);
    const std::string options = command.secretFile(server.optionFile(version.mariadb));
    command.arg("--defaults-file=" + options);
    return command;
}

ClientTool clientTool(ToolKind kind, const ServerVersion& server, sdk::RunContext& run) {
    const std::vector<ClientTool> tools = installed(kind, run);
    const auto best = std::max_element(tools.begin(), tools.end(), [&](const auto& a, const auto& b) {
        return fitness(a.version, server) < fitness(b.version, server);
    });
    if (best == tools.end() || fitness(best->version, server) == 0) {
        std::string there;
        for (const auto& tool : tools) {
            there += (there.empty() ? "installed: " : ", ") + tool.path + " (" + tool.version.flavour() +
                     " " + tool.version.text() + ")";
        }
        const auto names = namesOf(kind);
        throw Error(ErrorKind::ToolMissing,
                    "there is no " + (server.mariadb ? names[0] : names[1]) + " for a " + server.flavour() +
                        " server; " + (there.empty() ? "none is installed" : there),
                    std::string("Install the package ") +
                        (server.mariadb ? "mariadb-client" : "mysql-client") +
                        " or put the folder of the program into tools.path");
    }
    if (fitness(best->version, server) < 3) {
        run.log(
            sdk::LogLevel::Warning,
            best->path + " is of " + best->version.flavour() + " " + best->version.text() +
                " and the server is " + server.flavour() + " " + server.text() +
                ": what only the server knows may be missing. Install a client of the server's own version");
    }
    return *best;
}

}  // namespace dbackup::mysql
