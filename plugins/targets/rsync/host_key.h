#pragma once

#include <mutex>
#include <string>

#include <dbackup/sdk/run_context.h>

#include "rsync_settings.h"

namespace dbackup::rsync {

/// The server's key, found once and compared with the fingerprint in the settings. [thread-safe]
class HostKey {
public:
    /// @param settings  outlives it
    explicit HostKey(const RsyncSettings& settings) : settings_(settings) {}

    /// The line of a known_hosts file that lets ssh talk to this server alone; empty when any is accepted.
    /// @throws Error Authentication when it shows another key, or none is set; Unavailable
    std::string knownHostsLine(sdk::RunContext& run);

private:
    const RsyncSettings& settings_;
    std::mutex mutex_;
    std::string line_;  ///< guarded by mutex_
};

}  // namespace dbackup::rsync
