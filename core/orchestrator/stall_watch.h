#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/protocol/messages.h"

namespace dbackup::orchestrator {

/// When a run last showed that it works, stage by stage: bytes that move, a stage that begins or ends, a
/// plugin that says so. What it logs does not count. [one thread]
class StallWatch {
public:
    using Time = std::chrono::steady_clock::time_point;

    StallWatch() = default;
    explicit StallWatch(Time start) : last_sign_(start) {}

    void record(const protocol::Event& event, Time now);

    /// Of any stage.
    Time lastSign() const noexcept { return last_sign_; }
    /// Of the open stages the one that has shown nothing for the longest time: what it waits for holds up the
    /// others. Between stages `otherwise`.
    std::string stillest(const std::string& otherwise) const;

private:
    void sign(const std::string& stage, Time now);

    Time last_sign_{};
    std::map<std::string, Time> open_;
    std::map<std::string, std::int64_t> bytes_;
};

}  // namespace dbackup::orchestrator
