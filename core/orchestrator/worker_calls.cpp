#include "core/orchestrator/worker_calls.h"

#include "core/orchestrator/scratch_folder.h"
#include "core/orchestrator/worker_call.h"

namespace dbackup::orchestrator {

WorkerSlot::WorkerSlot(Semaphore& free, std::chrono::seconds patience) : free_(free) {
    if (!free_.try_acquire_for(patience)) {
        throw Error(
            ErrorKind::Unavailable, "Too many calls of adapters run at this moment", "try again in a while")
            .canRetry();
    }
}

WorkerSlot::~WorkerSlot() {
    free_.release();
}

std::optional<JsonObject::Ptr> WorkerCalls::askWith(const Question& question, const MakeRequest& make) {
    const WorkerSlot slot(free_, std::min(question.timeout, limits::slot_time));
    const ScratchFolder scratch(parts_.worker.scratch_root, parts_.log);
    const JsonObject::Ptr request = make({scratch.path().string(), parts_.worker.tool_path});
    return askWorker(
        {parts_.worker, question.command, *request, question.timeout, parts_.log, question.stop});
}

void WorkerCalls::throwSilence(const Question& question, const std::string& name) {
    if (question.stop.stop_requested())
        throw Error(ErrorKind::Unavailable, "The service is stopping").canRetry();
    throw Error(ErrorKind::Unavailable,
                "'" + name + "' did not answer within " + std::to_string(question.timeout.count()) + " s",
                "check its host and port, and whether it is overloaded")
        .canRetry();
}

}  // namespace dbackup::orchestrator
