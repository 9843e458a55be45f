#include "core/orchestrator/execution_runner.h"

#include <array>
#include <cstdio>

namespace dbackup::orchestrator {

namespace {

using Kind = protocol::Event::Kind;

/// How often a quiet worker is looked at.
constexpr std::chrono::milliseconds tick{250};
/// A worker ends itself 10 s after it was asked to; this is for one that cannot.
constexpr std::chrono::seconds cancel_grace{12};

std::string durationText(std::chrono::milliseconds duration) {
    std::array<char, 32> text{};
    const auto millis = duration.count();
    const int length =
        millis < 1000
            ? std::snprintf(text.data(), text.size(), "%lldms", static_cast<long long>(millis))
            : std::snprintf(text.data(), text.size(), "%.1fs", static_cast<double>(millis) / 1000.0);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string contextOf(const std::string& id) {
    return "execution=" + id;
}

}  // namespace

ExecutionRunner::ExecutionRunner(const Parts& parts, std::string execution_id, RunControl& control)
    : parts_(parts), id_(std::move(execution_id)), control_(control) {}

RunEnd ExecutionRunner::run(const RunPlan& plan) {
    active_at_ = parts_.clock.steady();
    WorkerProcess worker(parts_.worker, plan.command, *plan.request, parts_.log);
    {
        const RunControl::Attachment attachment(control_, worker);
        protocol::Event event;
        for (auto state = WorkerProcess::State::None; state != WorkerProcess::State::Ended;) {
            state = worker.next(event, tick);
            if (state == WorkerProcess::State::Event) record(event);
            watch(worker);
        }
    }
    return endOf(worker, plan);
}

void ExecutionRunner::record(const protocol::Event& event) {
    const bool same_bytes = event.kind == Kind::Progress && stage_bytes_[event.stage] == event.bytes;
    if (!same_bytes) active_at_ = parts_.clock.steady();
    switch (event.kind) {
        case Kind::StageStarted:
            progress_.started(event.stage);
            stage_starts_[event.stage] = parts_.clock.steady();
            parts_.executions.stageStartedLater(id_, event.stage, parts_.clock.now());
            break;
        case Kind::StageEnded:
            recordStageEnd(event);
            break;
        case Kind::Progress:
            stage_bytes_[event.stage] = event.bytes;
            progress_.advanced(event.stage, event.bytes, event.total_bytes);
            break;
        case Kind::Log:
            recordLog(event.log);
            break;
        case Kind::Leftover:
            parts_.executions.addLeftover({id_, event.component_id, event.token});
            break;
        case Kind::LeftoverGone:
            parts_.executions.removeLeftoverLater({id_, event.component_id, event.token});
            break;
        case Kind::Result:
            result_ = event;
            break;
        case Kind::None:
            break;
    }
    publishProgress();
}

void ExecutionRunner::recordStageEnd(const protocol::Event& event) {
    progress_.ended(event.stage);
    parts_.executions.stageEndedLater(id_, event.stage, parts_.clock.now(), event.bytes);
    const auto started = stage_starts_.find(event.stage);
    if (started == stage_starts_.end()) {
        return;
    }
    const auto duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady() - started->second);
    LogEntry entry;
    entry.timestamp = parts_.clock.now();
    entry.level = "success";
    entry.stage = event.stage;
    entry.message = event.stage + " completed (" + durationText(duration) + ")";
    entry.duration_ms = duration.count();
    recordLog(std::move(entry));
}

void ExecutionRunner::recordLog(LogEntry entry) {
    if (entry.level == "error") {
        parts_.log.error(entry.message, contextOf(id_));
    } else if (entry.level == "warning") {
        parts_.log.warning(entry.message, contextOf(id_));
    } else {
        parts_.log.debug(entry.message, contextOf(id_));
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
    if (!control_.reason().empty()) {
        if (cancelled_at_ == SteadyTime{}) cancelled_at_ = now;
        if (now - cancelled_at_ > cancel_grace) worker.kill();
        return;
    }
    const auto quiet = now - active_at_;
    if (parts_.stall_timeout.count() > 0 && quiet > parts_.stall_timeout && stalled_.empty()) {
        stalled_ = progress_.stage();
        worker.kill();
    }
}

RunEnd ExecutionRunner::endOf(const WorkerProcess& worker, const RunPlan& plan) const {
    RunEnd end;
    end.stage = progress_.stage();
    if (result_) {
        end.orderly = true;
        end.ok = result_->ok;
        end.data = result_->data;
        if (!end.ok) end.error = protocol::errorOf(*result_).text();
        return end;
    }
    if (!stalled_.empty()) {
        end.error = "Stalled in stage '" + stalled_ + "': no byte and no progress for " +
                    std::to_string(parts_.stall_timeout.count()) +
                    " s. Look at the database and the destination, or raise execution.stallTimeoutSeconds";
    } else if (!control_.reason().empty()) {
        end.error = control_.reason();
    } else {
        end.error = "The worker ended without a result (" + worker.exitText() + ") in stage '" + end.stage +
                    "'. A plugin at work (" + plan.suspects +
                    ") is likely at fault, or it was killed from outside";
    }
    return end;
}

}  // namespace dbackup::orchestrator
