#pragma once

#include <functional>
#include <vector>

#include <dbackup/sdk/run_context.h>

namespace dbackup::postgres {

/// Does several things at a time, each on a thread of its own. The first that fails stops the others; each
/// sees that by the run that it is given.
/// @param at_a_time  one at least
/// @throws the Error of the first that failed; Cancelled
void concurrently(std::size_t at_a_time,
                  const std::vector<std::function<void(sdk::RunContext&)>>& tasks,
                  sdk::RunContext& run);

}  // namespace dbackup::postgres
