#pragma once

#include <functional>
#include <string>

#include <dbackup/sdk/error.h>

#include "tests/support/memory_streams.h"
#include "tests/support/redis_server.h"

namespace dbackup::test {

/// All types of values, several databases, times of expiry, a function.
void fillWithSample(RedisServer& server);
/// A whole dump. Throws unless it is complete.
MemoryObject dump(const sdk::Settings& settings);
/// Restores and gives what was logged.
std::vector<RecordingRun::Entry> restore(const sdk::Settings& settings,
                                         const MemoryObject& dump,
                                         bool overwrite = false);
/// The error that an action ends with; fails the test when there is none.
sdk::Error errorOf(const std::function<void()>& action);

}  // namespace dbackup::test
