#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dirent.h>
#include <sys/stat.h>

#include <dbackup/sdk/unique_fd.h>

#include "warnings.h"

namespace dbackup::files {

/// An entry of a folder while the tree is walked.
struct Found {
    int folder = -1;   ///< the open folder it is in
    std::string name;  ///< its name there
    std::string path;  ///< from the root of the walk
    /// A regular file, as its folder says. `info` is empty then: who opens it asks what it is, and of many
    /// small files one look less counts.
    bool is_file = false;
    struct stat info {};
};

/// Walks a tree depth first in the order of the file system, holding a bounded number of descriptors and no
/// list of names, however wide and deep it is. What is moved meanwhile is never followed out of the tree.
/// [one thread]
class TreeWalk {
public:
    TreeWalk(sdk::UniqueFd root, Warnings& warnings);
    TreeWalk(const TreeWalk&) = delete;
    TreeWalk& operator=(const TreeWalk&) = delete;
    ~TreeWalk();

    /// The next entry; nothing at the end. Valid until the next call.
    const Found* next();
    /// The last entry was a folder, here it is open: its entries come next.
    void descend(sdk::UniqueFd folder);

private:
    struct Level {
        DIR* stream = nullptr;  ///< null when it was closed to save descriptors
        long position = 0;      ///< where to go on then
        std::size_t path_bytes = 0;
        dev_t device = 0;
        ino_t inode = 0;
    };
    bool push(sdk::UniqueFd folder, std::size_t path_bytes);
    bool reopen(Level& level);
    void pop();

    sdk::UniqueFd root_;
    Warnings& warnings_;
    std::vector<Level> levels_;
    std::string path_;  ///< of the innermost folder
    Found found_;
};

}  // namespace dbackup::files
