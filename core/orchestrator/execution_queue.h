#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace dbackup::orchestrator {

/// What waits and what runs: first in, first out, but a job never beside itself. [one thread at a time]
class ExecutionQueue {
public:
    struct Entry {
        std::int64_t sequence = 0;
        std::string execution_id;
        std::string job_id;  ///< empty for a restore, which excludes nothing
    };

    void add(Entry entry);
    /// @return false if it was not waiting
    bool remove(const std::string& execution_id);
    /// The next that may run when `slots` may run in all; it counts as running from now on.
    std::optional<Entry> take(std::size_t slots);
    void ended(const std::string& execution_id);

    std::size_t waiting() const noexcept { return waiting_.size(); }
    std::size_t running() const noexcept { return running_.size(); }

private:
    std::map<std::int64_t, Entry> waiting_;
    std::map<std::string, std::string> running_;  ///< execution -> job
    std::set<std::string> busy_jobs_;
};

}  // namespace dbackup::orchestrator
