#pragma once

#include <iosfwd>
#include <string>

#include "api/daemon/config.h"

namespace dbackup::daemon {

/// `dbackupd keys create`, as it was typed.
struct KeyRequest {
    std::string name;
    std::string permissions;  ///< separated by commas, or "all"
    std::string expires;      ///< ISO 8601, empty = never
};

/// Makes an API key in the store, whether or not a service runs on it, and writes the key alone to `out`:
/// it cannot be seen again. Root does it as the state folder's owner.
/// @throws Error Settings for a wrong option, AlreadyExists when the name is taken
void createKey(const Config& config, const KeyRequest& request, std::ostream& out);

}  // namespace dbackup::daemon
