#include "core/orchestrator/runs.h"

#include <system_error>
#include <utility>

#include <pthread.h>

#include "core/orchestrator/execution_task.h"
#include "core/orchestrator/limits.h"

namespace dbackup::orchestrator {

Runs::Runs(const Orchestrator::Parts& parts,
           const Planner& planner,
           const Cleanup& cleanup,
           const StorageExplorer& storage)
    : parts_(parts), planner_(planner), cleanup_(cleanup), storage_(storage) {}

Runs::~Runs() {
    stop(std::chrono::milliseconds(0));
}

void Runs::start() {
    dispatcher_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "dispatcher");
        dispatch();
    });
}

void Runs::stop(std::chrono::milliseconds grace) {
    const auto idle = [this] { return runs_.empty(); };
    std::unique_lock lock(mutex_);
    // Under the lock, so that the dispatcher does not start another run after we have looked.
    stopping_.request_stop();
    changed_.notify_all();
    if (!changed_.wait_for(lock, grace, idle)) {
        for (auto& [id, run] : runs_) {
            run->control.cancel("Execution was cancelled because the service was stopped");
        }
        if (!changed_.wait_for(lock, parts_.worker.cancel_grace + limits::stop_patience, idle)) {
            hurry_.request_stop();
            changed_.wait(lock, idle);
        }
    }
}

void Runs::enqueue(const Execution& execution) {
    const std::scoped_lock lock(mutex_);
    queue_.add({execution.sequence, execution.id, execution.job_id});
    changed_.notify_all();
}

bool Runs::dequeue(const std::string& execution_id) {
    const std::scoped_lock lock(mutex_);
    return queue_.remove(execution_id);
}

bool Runs::cancel(const std::string& execution_id, const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(execution_id);
    if (found == runs_.end()) {
        return false;
    }
    found->second->control.cancel(reason);
    return true;
}

void Runs::dispatch() {
    std::unique_lock lock(mutex_);
    while (!stopping()) {
        if (!ended_.empty()) {
            auto ended = std::exchange(ended_, {});
            lock.unlock();
            ended.clear();  // joins
            lock.lock();
            continue;
        }
        const auto slots = static_cast<std::size_t>(parts_.settings.value("maxConcurrentJobs"));
        if (const auto entry = queue_.take(slots)) {
            if (launch(*entry)) continue;
            queue_.ended(entry->execution_id);
            queue_.add(*entry);
        }
        if (queue_.waiting() > 0) {
            changed_.wait_for(lock, limits::settings_interval);
        } else {
            changed_.wait(lock);
        }
    }
}

bool Runs::launch(const ExecutionQueue::Entry& entry) {
    auto run = std::make_unique<Run>();
    run->execution_id = entry.execution_id;
    Run& placed = *runs_.emplace(entry.execution_id, std::move(run)).first->second;
    try {
        placed.thread = std::jthread([this, &placed] {
            pthread_setname_np(pthread_self(), "execution");
            body(placed);
        });
        return true;
    } catch (const std::system_error& error) {
        parts_.log.error(std::string("cannot start a thread, trying again: ") + error.what(),
                         "execution=" + entry.execution_id);
        runs_.erase(entry.execution_id);
        return false;
    }
}

void Runs::body(Run& run) {
    try {
        const ExecutionTask::Parts parts{
            parts_, planner_, cleanup_, storage_, stopping_.get_token(), hurry_.get_token()};
        ExecutionTask(parts, run.control).run(run.execution_id);
    } catch (const std::exception& error) {
        // Not expected. The next start finds the execution Running and says what became of it.
        parts_.log.error(std::string("an execution was given up: ") + error.what(),
                         "execution=" + run.execution_id);
    }
    const std::scoped_lock lock(mutex_);
    queue_.ended(run.execution_id);
    ended_.push_back(std::move(runs_.extract(run.execution_id).mapped()));
    changed_.notify_all();
}

}  // namespace dbackup::orchestrator
