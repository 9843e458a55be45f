#include "core/orchestrator/execution_queue.h"

#include <utility>

namespace dbackup::orchestrator {

void ExecutionQueue::add(Entry entry) {
    if (places_.contains(entry.execution_id) || running_.contains(entry.execution_id)) {
        return;
    }
    const std::string name = entry.job_id.empty() ? entry.execution_id : entry.job_id;
    const auto sequence = entry.sequence;
    places_.emplace(entry.execution_id, Place{name, sequence});
    lines_[name].waiting.emplace(sequence, std::move(entry));
    update(name);
}

bool ExecutionQueue::remove(const std::string& execution_id) {
    const auto place = places_.find(execution_id);
    if (place == places_.end()) {
        return false;
    }
    const auto [name, sequence] = place->second;
    places_.erase(place);
    lines_[name].waiting.erase(sequence);
    update(name);
    return true;
}

std::optional<ExecutionQueue::Entry> ExecutionQueue::take(std::size_t slots) {
    if (running_.size() >= slots || ready_.empty()) {
        return std::nullopt;
    }
    const auto [sequence, name] = *ready_.begin();
    Line& line = lines_[name];
    Entry entry = std::move(line.waiting.extract(sequence).mapped());
    places_.erase(entry.execution_id);
    running_.emplace(entry.execution_id, name);
    line.busy = true;
    update(name);
    return entry;
}

void ExecutionQueue::ended(const std::string& execution_id) {
    const auto found = running_.find(execution_id);
    if (found == running_.end()) {
        return;
    }
    const std::string name = std::move(found->second);
    running_.erase(found);
    lines_[name].busy = false;
    update(name);
}

void ExecutionQueue::update(const std::string& name) {
    Line& line = lines_[name];
    if (line.offered) ready_.erase(*std::exchange(line.offered, std::nullopt));
    if (line.busy) {
        return;
    }
    if (line.waiting.empty()) {
        lines_.erase(name);
        return;
    }
    line.offered = line.waiting.begin()->first;
    ready_.emplace(*line.offered, name);
}

}  // namespace dbackup::orchestrator
