#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "objects/run_link.h"

namespace dbackup::curl {

/// The run in which an unfinished object is removed: a stop of the run that it belongs to does not hinder it,
/// but it is stopped itself in time, so that a run that was stopped ends within two seconds though the server
/// says nothing. What could not be removed by then stays announced. [one thread]
class RemovalRun final : public objects::OwnStop {
public:
    /// @param run  outlives it
    explicit RemovalRun(sdk::RunContext& run);

private:
    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::jthread timer_;  // last: it uses what is above
};

}  // namespace dbackup::curl
