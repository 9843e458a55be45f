#include "core/orchestrator/stall_watch.h"

#include <algorithm>
#include <utility>

namespace dbackup::orchestrator {

using Kind = protocol::Event::Kind;

void StallWatch::record(const protocol::Event& event, Time now) {
    switch (event.kind) {
        case Kind::StageStarted:
            open_[event.stage] = now;
            last_sign_ = now;
            break;
        case Kind::StageEnded:
            open_.erase(event.stage);
            last_sign_ = now;
            break;
        case Kind::Progress:
            if (std::exchange(bytes_[event.stage], event.bytes) != event.bytes) sign(event.stage, now);
            break;
        case Kind::Working:
            sign(event.stage, now);
            break;
        case Kind::Log:
        case Kind::Leftover:
        case Kind::LeftoverGone:
        case Kind::Result:
        case Kind::None:
            break;
    }
}

void StallWatch::sign(const std::string& stage, Time now) {
    last_sign_ = now;
    const auto open = open_.find(stage);
    if (open != open_.end()) open->second = now;
}

std::string StallWatch::stillest(const std::string& otherwise) const {
    const auto found = std::min_element(
        open_.begin(), open_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return found == open_.end() ? otherwise : found->first;
}

}  // namespace dbackup::orchestrator
