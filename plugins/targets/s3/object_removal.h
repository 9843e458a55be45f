#pragma once

#include <span>
#include <string>

#include <dbackup/sdk/run_context.h>

#include "bucket.h"
#include "leftover.h"

namespace dbackup::s3 {

/// Removes an object; in a versioned bucket each of its versions, the current one first, unless the settings
/// say otherwise.
/// @return false when it was not there
/// @throws Error Permission with the date when it is locked
bool removeObject(Bucket& bucket, const std::string& key, sdk::RunContext& run);

/// Removes many, as many at a time as the server takes. @throws the first error, when all have been tried
void removeObjects(Bucket& bucket, std::span<const std::string> keys, sdk::RunContext& run);

/// How what is left is removed.
struct RemovalPace {
    bool parts_may_come = false;  ///< requests of parts were broken off and may still arrive
    bool is_hasty = false;        ///< one short attempt: somebody waits for the end
};

/// Removes what is left of a write that was not finished. What is not there is fine.
void removeLeftover(Bucket& bucket, const Leftover& leftover, RemovalPace pace, sdk::RunContext& run);

}  // namespace dbackup::s3
