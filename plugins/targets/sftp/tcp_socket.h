#pragma once

#include <chrono>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/unique_fd.h>

#include "server_settings.h"

namespace dbackup::sftp {

using Clock = std::chrono::steady_clock;
/// How soon a wait notices that the run is stopped.
constexpr int stop_tick_ms = 50;

/// Connects to the first of the host's addresses that answers. The socket does not block.
/// @throws Error Unavailable, Cancelled
sdk::UniqueFd connectTo(const ServerSettings& server, sdk::RunContext& run, Clock::time_point deadline);

}  // namespace dbackup::sftp
