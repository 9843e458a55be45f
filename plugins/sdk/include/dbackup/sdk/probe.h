#pragma once

#include <string>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

namespace dbackup::sdk {

/// What StorageTarget::test() does with every target: writes a small object in the target's root, reads it
/// back and removes it. Nothing is left, whatever fails and as far as the target can be reached. Thread-safe.
/// @return the object's name
/// @throws Error Integrity when what was read is not what was written; any of the target's own
DBACKUP_SDK_EXPORT std::string probe(StorageTarget& target, RunContext& run);

}  // namespace dbackup::sdk
