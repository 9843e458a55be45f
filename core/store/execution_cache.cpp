#include "core/store/execution_cache.h"

#include "core/store/limits.h"

namespace dbackup::store {

std::optional<Execution> ExecutionCache::find(const std::string& id, std::uint64_t commits) const {
    const std::scoped_lock lock(mutex_);
    if (commits != commits_) return std::nullopt;
    const auto found = executions_.find(id);
    return found == executions_.end() ? std::nullopt : std::optional(found->second);
}

void ExecutionCache::keep(const Execution& execution, std::uint64_t commits) {
    const std::scoped_lock lock(mutex_);
    if (commits < commits_) return;  // others have read later ones
    if (commits > commits_ || executions_.size() >= max_cached_executions) executions_.clear();
    commits_ = commits;
    executions_.insert_or_assign(execution.id, execution);
}

}  // namespace dbackup::store
