#include "core/orchestrator/stage_progress.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dbackup::orchestrator {

namespace {

struct Range {
    std::string_view stage;
    int from;
    int to;
};

/// In order. Dumping takes in the ranges that the contract has for collecting and processing, which happen
/// with it.
constexpr std::array<Range, 6> ranges = {{{stage::initializing, 0, 5},
                                          {stage::dumping, 5, 65},
                                          {stage::uploading, 65, 88},
                                          {stage::verifying, 88, 92},
                                          {stage::downloading, 5, 45},
                                          {stage::restoring, 45, 99}}};

std::size_t placeOf(std::string_view stage) {
    const auto found =
        std::find_if(ranges.begin(), ranges.end(), [&](const Range& range) { return range.stage == stage; });
    return static_cast<std::size_t>(found - ranges.begin());
}

}  // namespace

void StageProgress::started(const std::string& stage) {
    if (std::find(open_.begin(), open_.end(), stage) == open_.end()) open_.push_back(stage);
    std::sort(
        open_.begin(), open_.end(), [](const auto& a, const auto& b) { return placeOf(a) < placeOf(b); });
    update();
}

void StageProgress::ended(const std::string& stage) {
    std::erase(open_, stage);
    done_[stage] = 1.0;
    update();
}

void StageProgress::advanced(const std::string& stage, std::int64_t bytes, std::int64_t total_bytes) {
    if (total_bytes > 0) {
        done_[stage] = std::clamp(static_cast<double>(bytes) / static_cast<double>(total_bytes), 0.0, 1.0);
        update();
    }
}

void StageProgress::update() {
    if (!open_.empty()) current_ = open_.front();
    const std::size_t place = placeOf(current_);
    if (place == ranges.size()) return;  // a stage of a newer worker: only its name is shown
    const bool whole = only_verifies_ && current_ == stage::verifying;
    const Range range = whole ? Range{stage::verifying, 5, 95} : ranges.at(place);
    const double inner = done_[current_];
    const int percent = static_cast<int>(std::floor(range.from + (range.to - range.from) * inner + 0.5));
    percent_ = std::max(percent_, percent);
}

}  // namespace dbackup::orchestrator
