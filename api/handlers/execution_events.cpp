#include "api/handlers/execution_events.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include "api/handlers/execution_json.h"
#include "api/handlers/execution_query.h"

namespace dbackup::api {

namespace {

constexpr std::chrono::milliseconds poll_interval{250};
// Between polls only the execution is looked at, which the store keeps in memory: its end is told at once.
constexpr std::chrono::milliseconds end_interval{25};
// Proxies cut what is silent for long.
constexpr int polls_between_comments = 60;
constexpr int entries_at_once = 500;

std::string event(std::string_view name, const std::string& data, std::int64_t id = 0) {
    std::string text;
    if (id > 0) {
        text += "id: " + std::to_string(id) + '\n';
    }
    return text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

std::string executionText(const Execution& execution) {
    JsonWriter out;
    out.beginObject();
    writeExecution(out, execution);
    out.end();
    return out.take();
}

std::string stageText(const ExecutionStage& stage) {
    JsonWriter out;
    out.beginObject();
    writeStage(out, stage);
    out.end();
    return out.take();
}

bool hasEnded(const Execution& execution) {
    return execution.status == ExecutionStatus::Success || execution.status == ExecutionStatus::Failed;
}

/// Waits for the next poll or the end of the execution. @return false when the stop token fired
bool pause(const store::ExecutionStore& executions, const std::string& id, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    for (auto waited = end_interval; waited <= poll_interval; waited += end_interval) {
        never.wait_for(lock, stop, end_interval, [] { return false; });
        if (stop.stop_requested()) return false;
        const auto execution = executions.find(id);
        if (!execution || hasEnded(*execution)) break;
    }
    return true;
}

class ExecutionFollower {
public:
    ExecutionFollower(const store::ExecutionStore& executions, BodyStream& stream, std::int64_t cursor)
        : executions_(executions), stream_(stream), cursor_(cursor) {}

    /// Sends what is new since the last call. The execution is read before its log: at the end nothing of
    /// the log is missing.
    /// @return false when the client has gone
    bool send(const Execution& execution) {
        if (!sendLog(execution.id) || !sendStages(execution.id)) {
            return false;
        }
        std::string text = executionText(execution);
        if (text == last_) {
            return true;
        }
        last_ = std::move(text);
        return stream_.send(event("execution", last_));
    }

    const std::string& last() const noexcept { return last_; }

private:
    bool sendLog(const std::string& id) {
        while (true) {
            const auto entries = executions_.logs(id, cursor_, entries_at_once);
            for (const auto& entry : entries) {
                JsonWriter out;
                out.beginObject();
                writeLogEntry(out, entry);
                out.end();
                cursor_ = entry.id;
                if (!stream_.send(event("log", out.take(), entry.id))) {
                    return false;
                }
            }
            if (entries.size() < static_cast<std::size_t>(entries_at_once)) {
                return true;
            }
        }
    }

    bool sendStages(const std::string& id) {
        for (const auto& stage : executions_.stages(id)) {
            std::string text = stageText(stage);
            std::string& known = stages_[stage.name];
            if (text == known) continue;
            known = std::move(text);
            if (!stream_.send(event("stage", known))) return false;
        }
        return true;
    }

    const store::ExecutionStore& executions_;
    BodyStream& stream_;
    std::int64_t cursor_;
    std::string last_;
    std::map<std::string, std::string> stages_;  ///< as they were sent last
};

}  // namespace

void streamExecution(const Request& request, const store::ExecutionStore& executions, BodyStream& stream) {
    const std::string& id = request.param("id");
    const Page page = pageFrom(request, entries_at_once, entries_at_once);
    auto execution = executions.find(id);
    if (!execution) {
        throw HttpError(404, "Execution not found");
    }
    Response head;
    head.content_type = "text/event-stream";
    head.headers["X-Accel-Buffering"] = "no";
    stream.begin(head);

    ExecutionFollower follower(executions, stream, page.cursor.value_or(0));
    int silent_polls = 0;
    while (execution && follower.send(*execution)) {
        if (hasEnded(*execution)) {
            stream.send(event("end", follower.last()));
            return;
        }
        if (!pause(executions, id, stream.stop())) {
            return;
        }
        if (++silent_polls % polls_between_comments == 0 && !stream.send(": still there\n\n")) {
            return;
        }
        execution = executions.find(id);
    }
}

}  // namespace dbackup::api
