#pragma once

#include <optional>
#include <stop_token>

#include "core/orchestrator/worker_process.h"

namespace dbackup::orchestrator {

struct WorkerCall {
    const WorkerOptions& options;
    std::string_view command;
    const JsonObject& request;
    std::chrono::milliseconds timeout;
    const Log& log;
    std::stop_token stop;
};

/// Runs a command that only returns a result.
/// @return its data; nothing when the time is over or a stop was requested: the worker is killed then
/// @throws what the worker reports; Internal when it dies
std::optional<JsonObject::Ptr> askWorker(const WorkerCall& call);

}  // namespace dbackup::orchestrator
