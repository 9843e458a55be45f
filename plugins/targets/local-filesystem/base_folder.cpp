#include "base_folder.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

namespace dbackup::local {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::UniqueFd;

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr mode_t folder_mode = 0700;
/// A folder that we make may be pruned by another run before we use it; each further try means that it
/// happened again.
constexpr int attempts = 100;

[[noreturn]] void throwCannotOpen(int parent,
                                  const std::string& part,
                                  const std::string& path,
                                  int error_number) {
    struct stat info {};
    if (fstatat(parent, part.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode)) {
        throw Error(ErrorKind::Permission,
                    path + " is a symbolic link, which is not followed below the base folder",
                    "Put a folder in its place, or mount what it leads to");
    }
    throw sdk::systemError("cannot open folder " + path, error_number);
}

void makeWithParents(const std::string& path) {
    if (mkdir(path.c_str(), folder_mode) == 0 || errno == EEXIST) return;
    const std::size_t slash = path.find_last_of('/');
    if (errno != ENOENT || slash == 0 || slash == std::string::npos) {
        throw sdk::systemError("cannot make folder " + path, errno);
    }
    makeWithParents(path.substr(0, slash));
    if (mkdir(path.c_str(), folder_mode) != 0 && errno != EEXIST) {
        throw sdk::systemError("cannot make folder " + path, errno);
    }
}

std::string withoutTrailingSlashes(std::string path) {
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

}  // namespace

BaseFolder::BaseFolder(std::string path) : path_(withoutTrailingSlashes(std::move(path))) {}

sdk::UniqueFd BaseFolder::openBase() const {
    // The base itself may be a link: that is the administrator's choice.
    UniqueFd base(open(path_.c_str(), folder_flags));
    if (!base && errno != ENOENT) throw sdk::systemError("cannot open folder " + path_, errno);
    return base;
}

std::optional<FolderChain> BaseFolder::find(const std::vector<std::string>& parts) const {
    FolderChain chain;
    chain.folders.push_back(openBase());
    if (!chain.folders.back()) return std::nullopt;
    std::string path = path_;
    for (const std::string& part : parts) {
        path += "/" + part;
        UniqueFd folder(openat(chain.innermost(), part.c_str(), folder_flags | O_NOFOLLOW));
        if (!folder && errno == ENOENT) return std::nullopt;
        if (!folder) throwCannotOpen(chain.innermost(), part, path, errno);
        chain.folders.push_back(std::move(folder));
    }
    return chain;
}

FolderChain BaseFolder::make(const std::vector<std::string>& parts) const {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (std::optional<FolderChain> found = find(parts)) return std::move(*found);
        makeWithParents(path_);
        FolderChain chain;
        chain.folders.push_back(openBase());
        std::string path = path_;
        for (const std::string& part : parts) {
            path += "/" + part;
            if (!chain.folders.back()) break;
            if (mkdirat(chain.innermost(), part.c_str(), folder_mode) != 0 && errno != EEXIST &&
                errno != ENOENT) {
                throw sdk::systemError("cannot make folder " + path, errno);
            }
            chain.folders.emplace_back(openat(chain.innermost(), part.c_str(), folder_flags | O_NOFOLLOW));
        }
    }
    throw Error(ErrorKind::Unavailable, "folder " + path_ + " cannot be used: what is made in it goes away");
}

void BaseFolder::prune(std::vector<std::string> parts) const {
    while (!parts.empty()) {
        const std::string last = std::move(parts.back());
        parts.pop_back();
        const std::optional<FolderChain> parent = find(parts);
        // Not empty is the usual end; whatever else it is, an empty folder more does no harm.
        if (parent && unlinkat(parent->innermost(), last.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
            return;
    }
}

}  // namespace dbackup::local
