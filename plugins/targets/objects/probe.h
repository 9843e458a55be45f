#pragma once

#include <dbackup/sdk/target.h>

namespace dbackup::objects {

/// Writes a small object, reads it back, compares and removes it: what StorageTarget::test() promises.
/// @param place  how people call the target, for an error
/// @throws Error of what failed; Integrity when something else came back
void probe(sdk::StorageTarget& target, const std::string& place, sdk::RunContext& run);

}  // namespace dbackup::objects
