#include "placement.h"

#include <array>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "confined.h"
#include "names.h"

namespace dbackup::files {

using sdk::Error;
using sdk::ErrorKind;
using sdk::UniqueFd;

namespace {

constexpr std::string_view kept = "lost+found";

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

std::string randomName() {
    std::array<unsigned char, 6> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw sdk::systemError("cannot get random bytes", errno);
    }
    std::string name(Placement::prefix);
    for (const unsigned char byte : bytes)
        name += static_cast<char>('a' + byte % 26);
    return name;
}

/// Names in a folder; at most so many.
std::vector<std::string> namesIn(int folder, std::size_t most) {
    UniqueFd fd = openBeneath(folder, "");
    const std::unique_ptr<DIR, CloseFolder> stream(fd ? ::fdopendir(fd.get()) : nullptr);
    if (!stream) throw sdk::systemError("cannot list the folder", errno);
    (void)fd.release();
    std::vector<std::string> names;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    while (const dirent* entry = names.size() < most ? ::readdir(stream.get()) : nullptr) {
        const std::string name = &entry->d_name[0];
        if (name != "." && name != ".." && name != kept) names.push_back(name);
    }
    return names;
}

int renameNew(int from_folder, const std::string& from, int to_folder, const std::string& to) {
    const int result = ::renameat2(from_folder, from.c_str(), to_folder, to.c_str(), RENAME_NOREPLACE);
    // Not every file system can promise it; nobody else is expected to write here now.
    if (result == 0 || errno != EINVAL) return result;
    if (::faccessat(to_folder, to.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return ::renameat(from_folder, from.c_str(), to_folder, to.c_str());
}

/// A folder that its owner may not write to cannot be moved elsewhere by him, as ".." in it changes.
int renameMadeWritable(int from_folder, const std::string& from, int to_folder, const std::string& to) {
    struct stat info {};
    if (::fstatat(from_folder, from.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode) ||
        ::fchmodat(from_folder, from.c_str(), 0700, 0) != 0) {
        errno = EACCES;
        return -1;
    }
    const int result = renameNew(from_folder, from, to_folder, to);
    const int why = errno;
    if (::fchmodat(result == 0 ? to_folder : from_folder,
                   result == 0 ? to.c_str() : from.c_str(),
                   info.st_mode & 07777U,
                   0) != 0) {
        return -1;
    }
    errno = why;
    return result;
}

int renameBeneath(int root, const std::string& from, const std::string& to) {
    const UniqueFd from_folder = openBeneath(root, parentOf(from));
    const UniqueFd to_folder = openBeneath(root, parentOf(to));
    if (!from_folder || !to_folder) return -1;
    const std::string from_name(lastOf(from));
    const std::string to_name(lastOf(to));
    const int result = renameNew(from_folder.get(), from_name, to_folder.get(), to_name);
    return result == 0 || errno != EACCES
               ? result
               : renameMadeWritable(from_folder.get(), from_name, to_folder.get(), to_name);
}

}  // namespace

There whatIsAt(int folder, const std::string& path) {
    const UniqueFd parent = openBeneath(folder, parentOf(path));
    if (!parent && errno == ENOENT) return There::None;
    if (!parent && (errno == ENOTDIR || errno == ELOOP)) {
        throw Error(ErrorKind::AlreadyExists,
                    "there is a file or a link where a folder above " + shown(path) + " is needed",
                    "move it away, or restore into another folder");
    }
    if (!parent) throw sdk::systemError("cannot look for " + shown(path), errno);
    struct stat info {};
    if (::fstatat(parent.get(), std::string(lastOf(path)).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return There::None;
        throw sdk::systemError("cannot look for " + shown(path), errno);
    }
    return S_ISDIR(info.st_mode) ? There::Folder : There::Other;
}

bool isEmptyFolder(int folder) {
    return namesIn(folder, 1).empty();
}

Placement::Placement(int target, std::string path, sdk::RunContext& run)
    : target_(target), path_(std::move(path)), run_(run), folder_(randomName()) {
    if (::mkdirat(target_, folder_.c_str(), 0700) != 0) {
        throw sdk::systemError("cannot write to folder " + path_, errno);
    }
    staging_ = makeBeneath(target_, folder_ + "/new");
    if (!staging_ || !makeBeneath(target_, folder_ + "/old")) {
        const int why = errno;
        remove();
        throw sdk::systemError("cannot write to folder " + path_, why);
    }
}

Placement::~Placement() {
    if (folder_.empty()) return;
    undo();
    remove();
}

void Placement::move(const std::string& from, const std::string& to) {
    if (renameBeneath(target_, from, to) != 0) {
        const bool is_mount = errno == EBUSY || errno == EXDEV;
        const Error error =
            sdk::systemError("cannot move " + path_ + "/" + shown(from) + " to " + shown(to), errno);
        throw Error(error.kind(),
                    error.what(),
                    is_mount ? "another file system is mounted there; restore into another folder" : "");
    }
    moved_.emplace_back(from, to);
}

void Placement::placeAll() {
    for (const std::string& name : namesIn(target_, std::string::npos)) {
        if (name != folder_) move(name, folder_ + "/old/" + name);
    }
    for (const std::string& name : namesIn(staging_.get(), std::string::npos))
        move(folder_ + "/new/" + name, name);
}

void Placement::place(const std::vector<std::string>& paths, bool overwrite) {
    for (const std::string& path : paths)
        placeOne(path, overwrite);
}

void Placement::placeOne(const std::string& path, bool overwrite) {
    // It may have gone with a folder that another path needed.
    if (whatIsAt(staging_.get(), path) == There::None) return;
    std::string part = path;
    There there = There::None;
    for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
        part = path.substr(0, slash);
        there = whatIsAt(target_, part);
        if (there != There::Folder || slash == std::string::npos) break;
    }
    if (there != There::None) {
        if (part != path || !overwrite) {
            throw Error(ErrorKind::AlreadyExists,
                        path_ + "/" + shown(part) + " is there already",
                        "set overwrite to replace it, or restore into another folder");
        }
        move(part, folder_ + "/old/" + std::to_string(replaced_++));
    }
    move(folder_ + "/new/" + part, part);
}

void Placement::finish() {
    moved_.clear();
    remove();
    folder_.clear();
}

void Placement::undo() noexcept {
    try {
        while (!moved_.empty()) {
            const auto [from, to] = std::move(moved_.back());
            moved_.pop_back();
            if (renameBeneath(target_, to, from) != 0) {
                run_.log(sdk::LogLevel::Error,
                         "cannot move " + path_ + "/" + shown(to) + " back to " + shown(from),
                         "what was replaced is in " + path_ + "/" + folder_ + "/old");
                folder_.clear();  // it has what must not be lost
                return;
            }
        }
    } catch (const std::exception& error) {
        folder_.clear();
        run_.log(sdk::LogLevel::Error, "cannot move back what was replaced in " + path_, error.what());
    }
}

void Placement::remove() noexcept {
    if (folder_.empty()) return;
    try {
        staging_.reset();
        removeTree(target_, folder_);
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Warning, "cannot remove " + path_ + "/" + folder_, error.what());
    }
}

}  // namespace dbackup::files
