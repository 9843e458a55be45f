#include "tree_walk.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "confined.h"

namespace dbackup::files {

namespace {

constexpr std::size_t most_open = 64;

}  // namespace

TreeWalk::TreeWalk(sdk::UniqueFd root, Warnings& warnings) : root_(std::move(root)), warnings_(warnings) {
    push(openBeneath(root_.get(), ""), 0);
}

TreeWalk::~TreeWalk() {
    while (!levels_.empty())
        pop();
}

bool TreeWalk::push(sdk::UniqueFd folder, std::size_t path_bytes) {
    Level level;
    struct stat info {};
    if (!folder || ::fstat(folder.get(), &info) != 0 ||
        (level.stream = ::fdopendir(folder.get())) == nullptr) {
        warnings_.about(path_.empty() ? "the folder" : path_, "cannot be listed", errno);
        return false;
    }
    (void)folder.release();
    level.path_bytes = path_bytes;
    level.device = info.st_dev;
    level.inode = info.st_ino;
    levels_.push_back(level);
    if (levels_.size() > most_open) {
        Level& outer = levels_[levels_.size() - 1 - most_open];
        if (outer.stream != nullptr) {
            outer.position = ::telldir(outer.stream);
            ::closedir(outer.stream);
            outer.stream = nullptr;
        }
    }
    return true;
}

bool TreeWalk::reopen(Level& level) {
    sdk::UniqueFd folder = openBeneath(root_.get(), path_);
    struct stat info {};
    const bool same = folder && ::fstat(folder.get(), &info) == 0 && info.st_dev == level.device &&
                      info.st_ino == level.inode;
    if (!same || (level.stream = ::fdopendir(folder.get())) == nullptr) {
        warnings_.about(path_, "was moved while it was read: the rest of it is missing");
        return false;
    }
    (void)folder.release();
    ::seekdir(level.stream, level.position);
    return true;
}

void TreeWalk::pop() {
    if (levels_.back().stream != nullptr) ::closedir(levels_.back().stream);
    levels_.pop_back();
    if (!levels_.empty()) path_.resize(levels_.back().path_bytes);
}

const Found* TreeWalk::next() {
    while (!levels_.empty()) {
        Level& level = levels_.back();
        if (level.stream == nullptr && !reopen(level)) {
            pop();
            continue;
        }
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this object's own
        const dirent* entry = ::readdir(level.stream);
        if (entry == nullptr) {
            if (errno != 0) warnings_.about(path_, "cannot be listed to its end", errno);
            pop();
            continue;
        }
        found_.name = &entry->d_name[0];
        if (found_.name == "." || found_.name == "..") continue;
        found_.folder = ::dirfd(level.stream);
        found_.path = path_.empty() ? found_.name : path_ + "/" + found_.name;
        found_.is_file = entry->d_type == DT_REG;
        if (found_.is_file) {
            found_.info = {};
        } else if (::fstatat(found_.folder, found_.name.c_str(), &found_.info, AT_SYMLINK_NOFOLLOW) != 0) {
            warnings_.about(found_.path, errno == ENOENT ? "vanished" : "cannot be read", errno);
            continue;
        }
        return &found_;
    }
    return nullptr;
}

void TreeWalk::descend(sdk::UniqueFd folder) {
    const std::size_t before = path_.size();
    path_ = found_.path;
    if (!push(std::move(folder), path_.size())) path_.resize(before);
}

}  // namespace dbackup::files
