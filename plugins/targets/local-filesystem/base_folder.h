#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::local {

/// A folder below the base and all folders above it up to the base, open. Every step was taken without
/// following a symbolic link, so nothing outside of the base can be reached.
struct FolderChain {
    std::vector<sdk::UniqueFd> folders;  ///< the base first
    int innermost() const noexcept { return folders.back().get(); }
};

/// The folder that keeps everything. Opened anew for each use: it may be a mount that comes and goes.
/// Immutable, so thread-safe.
class BaseFolder {
public:
    /// @param path  absolute
    explicit BaseFolder(std::string path);

    const std::string& path() const noexcept { return path_; }
    /// Full path of an object, for people.
    std::string fullPath(const std::string& name) const { return path_ + "/" + name; }

    /// Opens the folder that these parts lead to; nothing when it is not there.
    /// @throws Error Permission (a symbolic link on the way, or not allowed), and others of the system
    std::optional<FolderChain> find(const std::vector<std::string>& parts) const;
    /// The same, making what is missing with mode 0700.
    FolderChain make(const std::vector<std::string>& parts) const;
    /// Removes these folders from the innermost outwards, as far as they are empty; never the base.
    void prune(std::vector<std::string> parts) const;

private:
    sdk::UniqueFd openBase() const;

    std::string path_;
};

}  // namespace dbackup::local
