#include <filesystem>

#include <unistd.h>

#include "dbackup/sdk/subprocess.h"

namespace dbackup::sdk {

std::optional<std::string> findTool(std::string_view name, const RunContext& run) {
    std::string_view folders = run.toolPath();
    while (!folders.empty()) {
        const std::string_view folder = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
        const std::filesystem::path candidate = std::filesystem::path(folder) / name;
        std::error_code not_there;
        if (candidate.is_absolute() && std::filesystem::is_regular_file(candidate, not_there) &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate.string();
        }
    }
    return std::nullopt;
}

}  // namespace dbackup::sdk
