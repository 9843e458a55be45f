#pragma once

#include <string_view>

#include <sys/types.h>

#include <dbackup/sdk/unique_fd.h>

#include "core/orchestrator/worker_process.h"

namespace dbackup::orchestrator {

/// A child that runs, and our ends of its standard input (a socket), output and data.
struct SpawnedWorker {
    pid_t pid = -1;
    sdk::UniqueFd input;
    sdk::UniqueFd output;
    sdk::UniqueFd data;  ///< if there is such a channel
};

/// Starts `dbackup-worker COMMAND` as leader of its own process group, with the kernel told to kill it when
/// the calling thread ends. Its standard error is ours.
/// @param channels  with data: it gets descriptor protocol::data_fd, too
/// @throws Error ToolMissing, Permission, or what systemError() makes of another errno
SpawnedWorker spawnWorker(const WorkerOptions& options, std::string_view command, WorkerChannels channels);

}  // namespace dbackup::orchestrator
