#include "hard_links.h"

namespace dbackup::files {

namespace {

constexpr std::size_t bytes_of_entry = 160;  // the node of the map and the string

}  // namespace

std::optional<std::string> HardLinks::find(const struct stat& info) {
    if (info.st_nlink < 2) return std::nullopt;
    const auto found = files_.find({info.st_dev, info.st_ino});
    if (found == files_.end()) return std::nullopt;
    Stored& file = found->second;
    // The number may have gone to another file since.
    const bool same = file.size == info.st_size && file.modified.tv_sec == info.st_mtim.tv_sec &&
                      file.modified.tv_nsec == info.st_mtim.tv_nsec;
    std::string path = file.path;
    if (!same || --file.left == 0) {
        bytes_ -= file.path.size() + bytes_of_entry;
        files_.erase(found);
    }
    if (!same) return std::nullopt;
    return path;
}

bool HardLinks::stored(const struct stat& info, const std::string& path) {
    if (info.st_nlink < 2) return true;
    if (bytes_ + path.size() + bytes_of_entry > most_bytes) return false;
    if (!files_
             .emplace(std::pair(info.st_dev, info.st_ino),
                      Stored{path, info.st_nlink - 1, info.st_size, info.st_mtim})
             .second) {
        return true;
    }
    bytes_ += path.size() + bytes_of_entry;
    return true;
}

}  // namespace dbackup::files
