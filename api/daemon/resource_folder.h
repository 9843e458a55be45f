#pragma once

#include <filesystem>

#include "api/handlers/services.h"

namespace dbackup::daemon {

/// Applies the documents of resources.dir, as `dbackup apply` would, in the name of the service itself. What
/// they change, or why nothing was changed, is in the log. Never throws: with faulty documents the service
/// goes on with what its store has.
/// @param folder  empty = none; one that is not there is no fault
/// @param prune  remove what it made once and does not have any more
/// @return false when nothing was applied because of a fault
bool applyResourceFolder(const api::Services& services, const std::filesystem::path& folder, bool prune);

}  // namespace dbackup::daemon
