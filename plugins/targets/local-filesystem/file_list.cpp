#include "file_list.h"

#include <cerrno>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "object_file.h"

namespace dbackup::local {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr int max_depth = 64;
/// Every ext file system has it in its root, and only root may look into it.
constexpr std::string_view lost_and_found = "lost+found";

/// Names in a folder. Taken whole, so that a callback may change the folder.
std::vector<std::string> namesIn(sdk::UniqueFd folder, const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(folder.get()), &closedir);
    if (!stream) throw sdk::systemError("cannot list folder " + path, errno);
    // The stream owns it from here on.
    [[maybe_unused]] const int owned = folder.release();
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one stream, one thread, as glibc allows
        const dirent* entry = readdir(stream.get());
        if (entry == nullptr && errno != 0) throw sdk::systemError("cannot list folder " + path, errno);
        if (entry == nullptr) return names;
        names.emplace_back(entry->d_name);
    }
}

}  // namespace

void FileList::walk(const std::string& prefix) {
    const std::size_t slash = prefix.find_last_of('/');
    const std::string folder = slash == std::string::npos ? std::string() : prefix.substr(0, slash);
    const std::string start = slash == std::string::npos ? prefix : prefix.substr(slash + 1);
    std::optional<FolderChain> chain =
        base_.find(folder.empty() ? std::vector<std::string>() : sdk::partsOf(folder));
    if (!chain) return;
    walkFolder(std::move(chain->folders.back()), folder, start, 0);
}

bool FileList::walkFolder(sdk::UniqueFd folder,
                          const std::string& name,
                          const std::string& start,
                          int depth) {
    run_.throwIfStopped();
    if (depth > max_depth) {
        throw Error(ErrorKind::Unsupported, "folders are nested too deeply: " + base_.fullPath(name));
    }
    const int fd = folder.get();
    const sdk::UniqueFd again(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!again) throw sdk::systemError("cannot open folder " + base_.fullPath(name), errno);
    for (const std::string& part : namesIn(std::move(folder), base_.fullPath(name))) {
        if (part == "." || part == ".." || sdk::isTemporaryName(part) || !part.starts_with(start)) continue;
        if (!visit(again.get(), name, part, depth)) return false;
    }
    return true;
}

bool FileList::visit(int folder, const std::string& folder_name, const std::string& part, int depth) {
    const std::string name = folder_name.empty() ? part : folder_name + "/" + part;
    struct stat info {};
    if (fstatat(folder, part.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return true;  // removed since the folder was read
        throw sdk::systemError("cannot look at " + base_.fullPath(name), errno);
    }
    if (S_ISREG(info.st_mode)) return callback_(infoOf(name, info));
    if (!S_ISDIR(info.st_mode) || (depth == 0 && part == lost_and_found)) return true;
    sdk::UniqueFd inner(openat(folder, part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner && errno == ENOENT) return true;
    if (!inner) throw sdk::systemError("cannot open folder " + base_.fullPath(name), errno);
    return walkFolder(std::move(inner), name, {}, depth + 1);
}

}  // namespace dbackup::local
