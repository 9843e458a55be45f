#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/protocol/messages.h"

namespace dbackup::orchestrator {

/// Where a run stands, for people: the first open stage in the order of stages, and a percentage that never
/// falls. [one thread]
class StageProgress {
public:
    /// @param command  of the worker: "backup" | "restore" | "verify"
    explicit StageProgress(std::string_view command = "backup") : only_verifies_(command == "verify") {}

    void started(const std::string& stage);
    void ended(const std::string& stage);
    void advanced(const std::string& stage, std::int64_t bytes, std::int64_t total_bytes);

    /// The first open stage; between two stages the last one.
    const std::string& stage() const noexcept { return current_; }
    /// 0 to 99.
    int percent() const noexcept { return percent_; }

private:
    void update();

    bool only_verifies_;
    std::vector<std::string> open_;
    std::map<std::string, double> done_;  ///< share of each stage, 0 to 1
    std::string current_{dbackup::stage::initializing};
    int percent_ = 0;
};

}  // namespace dbackup::orchestrator
