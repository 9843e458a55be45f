#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dbackup::orchestrator {

/// What waits and what runs: first in, first out, but a job never beside itself; those behind it pass.
/// [one thread at a time]
class ExecutionQueue {
public:
    struct Entry {
        std::int64_t sequence = 0;
        std::string execution_id;
        std::string job_id;  ///< empty for a restore, which excludes nothing
    };

    /// One that is in already stays as it is.
    void add(Entry entry);
    /// @return false if it was not waiting
    bool remove(const std::string& execution_id);
    /// The next that may run when `slots` may run in all; it counts as running from now on.
    std::optional<Entry> take(std::size_t slots);
    void ended(const std::string& execution_id);

    std::size_t waiting() const noexcept { return places_.size(); }
    std::size_t running() const noexcept { return running_.size(); }

private:
    /// What waits for one job. Only the first of it can be next, and only while the job does not run.
    struct Line {
        std::map<std::int64_t, Entry> waiting;
        bool busy = false;
        std::optional<std::int64_t> offered;
    };
    struct Place {
        std::string line;
        std::int64_t sequence = 0;
    };

    void update(const std::string& name);

    std::map<std::string, Line> lines_;
    std::map<std::int64_t, std::string> ready_;   ///< first of each idle line
    std::map<std::string, Place> places_;         ///< of executions that wait
    std::map<std::string, std::string> running_;  ///< execution and its line
};

}  // namespace dbackup::orchestrator
