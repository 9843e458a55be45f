#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/model/execution.h"

namespace dbackup::store {

/// Executions as they were read since the last commit, for the pipelines that poll them over and over. The
/// service alone writes executions, so a commit of its own is all that can change one. [thread-safe]
class ExecutionCache {
public:
    /// @param commits  Database::commits(), now
    std::optional<Execution> find(const std::string& id, std::uint64_t commits) const;
    /// @param commits  Database::commits() before the execution was read
    void keep(const Execution& execution, std::uint64_t commits);

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Execution> executions_;
    std::uint64_t commits_ = 0;  ///< to which they are up to date
};

}  // namespace dbackup::store
