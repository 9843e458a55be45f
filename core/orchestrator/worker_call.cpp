#include "core/orchestrator/worker_process.h"

namespace dbackup::orchestrator {

JsonObject::Ptr callWorker(const WorkerOptions& options,
                           std::string_view command,
                           const JsonObject& request,
                           std::chrono::milliseconds timeout,
                           const Log& log) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    WorkerProcess worker(options, command, request, log);
    protocol::Event event;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto state = left.count() > 0 ? worker.next(event, left) : WorkerProcess::State::TimedOut;
        if (state == WorkerProcess::State::TimedOut) {
            throw Error(ErrorKind::Unavailable,
                        "'" + std::string(command) + "' did not end within " +
                            std::to_string(timeout.count() / 1000) + " s")
                .canRetry();
        }
        if (state == WorkerProcess::State::Ended) {
            throw Error(ErrorKind::Internal,
                        "the worker died during '" + std::string(command) + "' (" + worker.exitText() +
                            "): a plugin is likely at fault");
        }
        if (event.kind == protocol::Event::Kind::Result) {
            if (!event.ok) throw protocol::errorOf(event);
            return event.data;
        }
    }
}

}  // namespace dbackup::orchestrator
