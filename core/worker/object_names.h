#pragma once

#include <mutex>
#include <set>
#include <string>

#include <dbackup/sdk/streams.h>

namespace dbackup::worker {

/// Gives each object of a backup a name of its own, also where a file system does not tell upper from lower
/// case. [thread-safe]
class ObjectNames {
public:
    /// @param extension  of the compression: "zst", "gz" or ""
    explicit ObjectNames(std::string extension) : extension_(std::move(extension)) {}

    /// "<database>.<format>[.<extension>]"; a name that is taken gets "~2", "~3", ... behind the database.
    std::string next(const sdk::DumpObject& object);

private:
    const std::string extension_;
    std::mutex mutex_;
    std::set<std::string> taken_;  ///< in lower case
};

}  // namespace dbackup::worker
