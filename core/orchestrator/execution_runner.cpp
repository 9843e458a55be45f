#include "core/orchestrator/execution_runner.h"

#include <array>
#include <cstdio>

#include "core/orchestrator/limits.h"

namespace dbackup::orchestrator {

namespace {

using Kind = protocol::Event::Kind;
using std::chrono::milliseconds;

std::string durationText(milliseconds duration) {
    std::array<char, 32> text{};
    const auto millis = duration.count();
    const int length =
        millis < 1000
            ? std::snprintf(text.data(), text.size(), "%lldms", static_cast<long long>(millis))
            : std::snprintf(text.data(), text.size(), "%.1fs", static_cast<double>(millis) / 1000.0);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

ExecutionRunner::ExecutionRunner(const Orchestrator::Parts& parts,
                                 std::string execution_id,
                                 RunControl& control)
    : parts_(parts), id_(std::move(execution_id)), control_(control) {}

RunEnd ExecutionRunner::run(const RunPlan& plan) {
    progress_ = StageProgress(plan.command);
    stalls_ = StallWatch(parts_.clock.steady());
    try {
        WorkerProcess worker(parts_.worker, plan.command, *plan.request, parts_.log);
        started_ = true;
        follow(worker);
        if (result_) return reportedEnd(plan);
        if (!stall_.empty()) return endWithout(stall_);
        return endWithout(deathText(
            worker.exitStatus(), "in stage '" + std::string(progress_.stage()) + "'", plan.suspects));
    } catch (const Error& error) {
        return endWithout(error.text());
    }
}

void ExecutionRunner::follow(WorkerProcess& worker) {
    const RunControl::Attachment attachment(control_, worker);
    protocol::Event event;
    for (;;) {
        const auto state = worker.next(event, limits::watch_interval);
        if (state == WorkerProcess::State::Ended) {
            return;
        }
        if (state == WorkerProcess::State::Event) record(event, worker);
        watch(worker);
    }
}

void ExecutionRunner::record(const protocol::Event& event, WorkerProcess& worker) {
    stalls_.record(event, parts_.clock.steady());
    switch (event.kind) {
        case Kind::StageStarted:
            recordStageStart(event);
            break;
        case Kind::StageEnded:
            recordStageEnd(event);
            break;
        case Kind::Progress:
            recordProgress(event);
            break;
        case Kind::Log:
            recordLog(event.log);
            break;
        case Kind::Leftover:
            recordLeftover(event);
            worker.confirm();
            break;
        case Kind::LeftoverGone:
            parts_.executions.removeLeftoverLater({id_, event.component_id, event.token});
            break;
        case Kind::Result:
            result_ = event;
            result_at_ = parts_.clock.steady();
            break;
        case Kind::Working:
        case Kind::None:
            break;
    }
    publishProgress();
}

void ExecutionRunner::recordStageStart(const protocol::Event& event) {
    progress_.started(event.stage);
    stage_starts_[event.stage] = parts_.clock.steady();
    parts_.executions.stageStartedLater(id_, event.stage, parts_.clock.now());
}

void ExecutionRunner::recordStageEnd(const protocol::Event& event) {
    progress_.ended(event.stage);
    parts_.executions.stageEndedLater(id_, event.stage, parts_.clock.now(), event.bytes);
    const auto started = stage_starts_.find(event.stage);
    if (started == stage_starts_.end()) {
        return;
    }
    const auto duration = std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - started->second);
    LogEntry entry;
    entry.timestamp = parts_.clock.now();
    entry.level = "success";
    entry.stage = event.stage;
    entry.message = event.stage + " completed (" + durationText(duration) + ")";
    entry.duration_ms = duration.count();
    parts_.executions.logLater(id_, std::move(entry));
}

void ExecutionRunner::recordProgress(const protocol::Event& event) {
    progress_.advanced(event.stage, event.bytes, event.total_bytes);
    const auto now = parts_.clock.steady();
    const auto [published, is_first] = bytes_published_.try_emplace(event.stage, now);
    if (is_first || now - published->second >= limits::bytes_interval) {
        published->second = now;
        parts_.executions.stageAdvancedLater(id_, event.stage, event.bytes);
    }
}

void ExecutionRunner::recordLeftover(const protocol::Event& event) {
    if (++leftovers_ > limits::leftovers) {
        throw Error(ErrorKind::Internal,
                    "The worker announced more than " + std::to_string(limits::leftovers) +
                        " temporary names; a plugin is likely at fault");
    }
    parts_.executions.addLeftover({id_, event.component_id, event.token});
}

void ExecutionRunner::recordLog(LogEntry entry) {
    if (log_entries_ >= limits::log_entries) {
        return;
    }
    if (++log_entries_ == limits::log_entries) {
        entry.level = "warning";
        entry.message = "There are more entries than are kept of one execution (" +
                        std::to_string(limits::log_entries) + "); from here on they are dropped";
        entry.details.clear();
    }
    const std::string context = "execution=" + id_;
    if (entry.level == "error" || entry.level == "warning") {
        parts_.log.warning(entry.message, context);
    } else {
        parts_.log.debug(entry.message, context);
    }
    parts_.executions.logLater(id_, std::move(entry));
}

void ExecutionRunner::publishProgress() {
    if (progress_.stage() == published_stage_ && progress_.percent() == published_percent_) {
        return;
    }
    published_stage_ = progress_.stage();
    published_percent_ = progress_.percent();
    parts_.executions.updateProgressLater(id_, published_stage_, published_percent_);
}

void ExecutionRunner::watch(WorkerProcess& worker) {
    const auto now = parts_.clock.steady();
    if (result_) {
        // All is said; what hinders its exit is some plugin's destructor.
        if (now - result_at_ > limits::exit_time) worker.kill();
        return;
    }
    if (!control_.reason().empty()) {
        if (!cancelled_at_) cancelled_at_ = now;
        if (now - *cancelled_at_ > parts_.worker.cancel_grace) worker.kill();
        return;
    }
    const std::chrono::seconds limit(parts_.settings.value("execution.stallTimeoutSeconds"));
    if (limit.count() > 0 && now - stalls_.lastSign() > limit && stall_.empty()) {
        stall_ = "Stalled in stage '" + stalls_.stillest(progress_.stage()) +
                 "': no byte and no progress for " + std::to_string(limit.count()) +
                 " s. Look at the database and the destinations, or raise execution.stallTimeoutSeconds";
        worker.kill();
    }
}

RunEnd ExecutionRunner::endWithout(const std::string& reason) const {
    RunEnd end;
    end.error = reason;
    end.stage = progress_.stage();
    end.may_have_left_objects = started_;
    return end;
}

RunEnd ExecutionRunner::reportedEnd(const RunPlan& plan) const {
    RunEnd end;
    end.stage = progress_.stage();
    // Before the first dump there is nothing to store.
    end.may_have_left_objects = stage_starts_.contains(std::string(stage::dumping));
    try {
        if (!result_->ok) end.error = protocol::errorOf(*result_).text();
        if (!result_->data) {
            if (result_->ok) throw Error(ErrorKind::Internal, "it has no data");
            return end;
        }
        if (plan.command == "backup") {
            end.backup = protocol::backupResultFrom(*result_->data);
            end.size_bytes = end.backup.size_bytes;
            const bool whole =
                end.backup.outcome == Outcome::Success || end.backup.outcome == Outcome::Partial;
            if (result_->ok && !whole) throw Error(ErrorKind::Internal, "it names no whole backup");
        } else if (plan.command == "verify" && result_->ok) {
            end.check = checkResultFrom(*result_->data);
            end.size_bytes = integerOr(*result_->data, "sizeBytes", 0);
            end.ok = end.check->status == "passed";
            end.error = end.check->error;
            return end;
        } else {
            end.size_bytes = integerOr(*result_->data, "sizeBytes", 0);
        }
        end.ok = result_->ok;
    } catch (const Error& error) {
        return endWithout("The worker's result cannot be believed: " + error.text());
    }
    return end;
}

}  // namespace dbackup::orchestrator
