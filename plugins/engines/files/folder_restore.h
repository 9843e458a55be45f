#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/unique_fd.h>

namespace dbackup::files {

/// Where a restore goes.
struct RestoreTarget {
    std::string base;   ///< an absolute path that an administrator named; may itself be a link
    std::string below;  ///< path from there, in which no link is followed; may be empty

    std::string path() const { return below.empty() ? base : base + "/" + below; }
};

/// @throws Error AlreadyExists (not empty and overwrite is off), Permission, NotFound (no folder above it)
void checkTarget(const RestoreTarget& target, const sdk::RestoreRequest& request);

/// Restores an archive, or what is selected of it. Nothing changes at the target before the archive has been
/// read to its end mark.
void restoreFolder(const RestoreTarget& target,
                   const sdk::RestoreRequest& request,
                   sdk::ByteSource& source,
                   sdk::RunContext& run);

}  // namespace dbackup::files
