#include "client_tools.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr const char* versions_folder = "/usr/lib/postgresql";
constexpr std::chrono::seconds version_timeout{10};

bool isNumber(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" -> 15; 0 if it says something else.
int majorIn(const std::string& text) {
    const std::size_t at = text.find(") ");
    if (at == std::string::npos) {
        return 0;
    }
    const std::string digits = text.substr(at + 2, text.find_first_not_of("0123456789", at + 2) - at - 2);
    return isNumber(digits) ? std::stoi(digits) : 0;
}

bool isExecutable(const fs::path& file) {
    std::error_code ignored;
    const auto status = fs::status(file, ignored);
    return fs::is_regular_file(status) && (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
}

/// Debian's /usr/bin/pg_dump chooses a version by rules of its own; we look behind it.
bool isWrapper(const fs::path& file) {
    std::error_code ignored;
    return fs::canonical(file, ignored).filename() == "pg_wrapper";
}

std::vector<ClientTool> inToolPath(const std::string& name, sdk::RunContext& run) {
    std::vector<ClientTool> tools;
    std::string_view rest = run.toolPath();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const fs::path file = fs::path(rest.substr(0, end)) / name;
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!file.is_absolute() || !isExecutable(file) || isWrapper(file)) {
            continue;
        }
        const int major =
            majorIn(sdk::runTool(sdk::Command(file.string()).arg("--version"), run, version_timeout));
        if (major > 0) tools.push_back({file.string(), major});
    }
    return tools;
}

std::vector<ClientTool> sideBySide(const std::string& name) {
    std::vector<ClientTool> tools;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(versions_folder, ignored)) {
        const std::string version = entry.path().filename().string();
        const fs::path file = entry.path() / "bin" / name;
        if (isNumber(version) && isExecutable(file)) tools.push_back({file.string(), std::stoi(version)});
    }
    std::sort(tools.begin(), tools.end(), [](const auto& a, const auto& b) { return a.major < b.major; });
    return tools;
}

}  // namespace

ClientTool clientTool(const std::string& name, int major, sdk::RunContext& run) {
    std::vector<ClientTool> tools = inToolPath(name, run);
    const std::vector<ClientTool> more = sideBySide(name);
    tools.insert(tools.end(), more.begin(), more.end());
    std::string installed;
    for (const auto& tool : tools) {
        if (tool.major >= major) return tool;
        installed += (installed.empty() ? "" : ", ") + std::to_string(tool.major);
    }
    const std::string needed = std::to_string(major);
    throw Error(ErrorKind::ToolMissing,
                "there is no " + name + " of version " + needed + " or newer; " +
                    (installed.empty() ? "none is installed" : "installed: " + installed),
                "Install the package postgresql-client-" + needed + " or put the folder of " + name +
                    " into tools.path");
}

}  // namespace dbackup::postgres
