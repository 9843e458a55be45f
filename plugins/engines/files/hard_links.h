#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace dbackup::files {

/// Which files of several names have been stored already. Bounded: beyond that, names are stored as files of
/// their own. [one thread]
class HardLinks {
public:
    static constexpr std::size_t most_bytes = std::size_t{16} << 20;

    /// The path under which this file was stored; nothing the first time.
    std::optional<std::string> find(const struct stat& info);
    /// The file is in the archive now. False when there is no room to remember it.
    bool stored(const struct stat& info, const std::string& path);

private:
    struct Stored {
        std::string path;
        nlink_t left = 0;  ///< names that have not been seen yet
        off_t size = 0;
        timespec modified{};
    };
    std::map<std::pair<dev_t, ino_t>, Stored> files_;
    std::size_t bytes_ = 0;
};

}  // namespace dbackup::files
