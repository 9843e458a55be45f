#include "core/orchestrator/execution_queue.h"

#include <algorithm>

namespace dbackup::orchestrator {

void ExecutionQueue::add(Entry entry) {
    const auto sequence = entry.sequence;
    waiting_.emplace(sequence, std::move(entry));
}

bool ExecutionQueue::remove(const std::string& execution_id) {
    return std::erase_if(waiting_,
                         [&](const auto& each) { return each.second.execution_id == execution_id; }) > 0;
}

std::optional<ExecutionQueue::Entry> ExecutionQueue::take(std::size_t slots) {
    if (running_.size() >= slots) {
        return std::nullopt;
    }
    const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& each) {
        return !busy_jobs_.contains(each.second.job_id);
    });
    if (next == waiting_.end()) {
        return std::nullopt;
    }
    Entry entry = std::move(next->second);
    waiting_.erase(next);
    running_.emplace(entry.execution_id, entry.job_id);
    if (!entry.job_id.empty()) busy_jobs_.insert(entry.job_id);
    return entry;
}

void ExecutionQueue::ended(const std::string& execution_id) {
    const auto found = running_.find(execution_id);
    if (found == running_.end()) {
        return;
    }
    busy_jobs_.erase(found->second);
    running_.erase(found);
}

}  // namespace dbackup::orchestrator
