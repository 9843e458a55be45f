#include "confined.h"

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "names.h"

namespace dbackup::files {

namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t folders_at_once = 1000;

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

template <class Step>
sdk::UniqueFd walk(int root, std::string_view path, const Step& step) {
    sdk::UniqueFd folder(::openat(root, ".", folder_flags));
    while (folder && !path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string part(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
        if (part.empty() || part == "." || part == "..") {
            errno = EINVAL;
            return {};
        }
        folder = step(folder.get(), part);
    }
    return folder;
}

[[noreturn]] void throwCannotRemove(const std::string& path) {
    throw sdk::systemError("cannot remove " + shown(path), errno);
}

Folder listed(int root, const std::string& path) {
    sdk::UniqueFd fd = openBeneath(root, path);
    if (!fd && errno == EACCES) {
        const sdk::UniqueFd parent = openBeneath(root, parentOf(path));
        const std::string name(lastOf(path));
        struct stat info {};
        // The permissions of a symbolic link's target must not be touched.
        if (parent && ::fstatat(parent.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(info.st_mode) && ::fchmodat(parent.get(), name.c_str(), 0700, 0) == 0) {
            fd = openBeneath(root, path);
        }
    }
    if (!fd) throwCannotRemove(path);
    // Its owner may have been denied to write to it.
    if (::faccessat(fd.get(), ".", W_OK | X_OK, AT_EACCESS) != 0 && ::fchmod(fd.get(), 0700) != 0) {
        throwCannotRemove(path);
    }
    Folder folder(::fdopendir(fd.get()));
    if (!folder) throwCannotRemove(path);
    (void)fd.release();
    return folder;
}

/// Removes all entries but folders that have something in them; gives these.
std::vector<std::string> clear(DIR* folder, const std::string& path) {
    std::vector<std::string> full;
    const int fd = ::dirfd(folder);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    while (const dirent* entry = ::readdir(folder)) {
        const std::string name = &entry->d_name[0];
        if (name == "." || name == "..") continue;
        std::string below = path;
        below.append("/").append(name);
        if (::unlinkat(fd, name.c_str(), 0) == 0 || errno == ENOENT) continue;
        if (errno != EISDIR && errno != EPERM) throwCannotRemove(below);
        if (::unlinkat(fd, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) continue;
        if (errno != ENOTEMPTY && errno != EEXIST) throwCannotRemove(below);
        full.push_back(std::move(below));
        if (full.size() >= folders_at_once) break;
    }
    return full;
}

}  // namespace

sdk::UniqueFd openBeneath(int root, std::string_view path) {
    return walk(root, path, [](int folder, const std::string& part) {
        return sdk::UniqueFd(::openat(folder, part.c_str(), folder_flags));
    });
}

sdk::UniqueFd makeBeneath(int root, std::string_view path) {
    return walk(root, path, [](int folder, const std::string& part) {
        sdk::UniqueFd next(::openat(folder, part.c_str(), folder_flags));
        if (!next && errno == ENOENT && (::mkdirat(folder, part.c_str(), 0700) == 0 || errno == EEXIST)) {
            next.reset(::openat(folder, part.c_str(), folder_flags));
        }
        return next;
    });
}

void removeTree(int root, const std::string& path) {
    {
        const sdk::UniqueFd parent = openBeneath(root, parentOf(path));
        const std::string name(lastOf(path));
        if (!parent) throwCannotRemove(path);
        if (::unlinkat(parent.get(), name.c_str(), 0) == 0 || errno == ENOENT) return;
        if (errno != EISDIR && errno != EPERM) throwCannotRemove(path);
    }
    // Not recursive, and one folder open at a time: a tree may be deeper than the stack or the table of
    // descriptors.
    std::vector<std::string> left = {path};
    while (!left.empty()) {
        const std::string at = left.back();
        std::vector<std::string> full = clear(listed(root, at).get(), at);
        if (!full.empty()) {
            left.insert(
                left.end(), std::make_move_iterator(full.begin()), std::make_move_iterator(full.end()));
            continue;
        }
        const sdk::UniqueFd parent = openBeneath(root, parentOf(at));
        const int result =
            parent ? ::unlinkat(parent.get(), std::string(lastOf(at)).c_str(), AT_REMOVEDIR) : -1;
        if (result != 0 && errno != ENOENT && errno != ENOTEMPTY) throwCannotRemove(at);
        if (result == 0 || errno == ENOENT) left.pop_back();
    }
}

std::string procPath(int folder, std::string_view name) {
    std::string path = "/proc/self/fd/" + std::to_string(folder);
    if (!name.empty()) path.append("/").append(name);
    return path;
}

}  // namespace dbackup::files
