#pragma once

#include <filesystem>
#include <string>

#include "core/base/log.h"

namespace dbackup::orchestrator {

/// A private folder (0700) of one worker, removed with the object. [one thread]
class ScratchFolder {
public:
    /// @throws Error Permission, NoSpace
    ScratchFolder(const std::filesystem::path& root, const Log& log);
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const std::filesystem::path& path() const noexcept { return path_; }

    /// Removes what crashed runs have left below the root.
    static void removeStale(const std::filesystem::path& root, const Log& log);

private:
    const Log& log_;
    std::filesystem::path path_;
};

}  // namespace dbackup::orchestrator
