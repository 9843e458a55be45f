#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/event_stream.h"
#include "cli/interrupts.h"
#include "cli/json.h"
#include "cli/rest_client.h"

namespace dbackup::cli {

/// What was learned of an execution since the last time.
struct ExecutionNews {
    JsonObject::Ptr execution;  ///< null = nothing new
    std::vector<JsonObject::Ptr> stages;
    std::vector<JsonObject::Ptr> logs;
};

/// Follows one execution to its end: by server-sent events, and by asking every two seconds while there is no
/// such stream. A server that is away is waited for, five minutes long. [one thread]
class ExecutionFeed {
public:
    /// @param log_cursor  entries up to this one are known already
    ExecutionFeed(RestClient& rest, Interrupts& interrupts, const std::string& id, std::int64_t log_cursor);

    /// Waits a moment (at most a quarter of a second) for news.
    /// @throws Failure when the execution is gone, or the server for too long
    ExecutionNews next();
    /// Success or Failed: there will be no more.
    bool hasEnded() const noexcept { return ended_; }
    /// The server cannot be reached at the moment.
    bool isLost() const noexcept { return lost_since_.has_value(); }

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    ExecutionNews fromStream();
    ExecutionNews ask();
    void take(const ServerEvent& event, ExecutionNews& news);
    void note(const JsonObject::Ptr& execution, ExecutionNews& news);

    RestClient& rest_;
    Interrupts& interrupts_;
    std::string path_;
    std::int64_t log_cursor_;
    std::unique_ptr<EventStream> stream_;
    SteadyTime next_stream_{};
    SteadyTime next_question_{};
    std::optional<SteadyTime> lost_since_;
    bool ended_ = false;
};

}  // namespace dbackup::cli
