#include "core/orchestrator/worker_call.h"

namespace dbackup::orchestrator {

std::optional<JsonObject::Ptr> askWorker(const WorkerCall& call) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + call.timeout;
    WorkerProcess worker(call.options, call.command, call.request, call.log);
    const std::stop_callback on_stop(call.stop, [&] { worker.kill(); });
    protocol::Event event;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) {
            return std::nullopt;
        }
        const auto state = worker.next(event, left);
        if (state == WorkerProcess::State::Ended) {
            if (call.stop.stop_requested()) return std::nullopt;
            throw Error(ErrorKind::Internal,
                        deathText(worker.exitStatus(), "at '" + std::string(call.command) + "'", ""));
        }
        if (state == WorkerProcess::State::Event && event.kind == protocol::Event::Kind::Result) {
            if (!event.ok) throw protocol::errorOf(event);
            return event.data ? event.data : newObject();
        }
    }
}

JsonObject::Ptr callWorker(const WorkerOptions& options,
                           std::string_view command,
                           const JsonObject& request,
                           std::chrono::milliseconds timeout,
                           const Log& log) {
    if (auto data = askWorker({options, command, request, timeout, log, {}})) {
        return std::move(*data);
    }
    throw Error(ErrorKind::Unavailable,
                "'" + std::string(command) + "' did not end within " +
                    std::to_string(std::chrono::ceil<std::chrono::seconds>(timeout).count()) + " s")
        .canRetry();
}

}  // namespace dbackup::orchestrator
