#pragma once

#include <mutex>
#include <string>

#include <dbackup/sdk/run_context.h>

#include "server_settings.h"

namespace dbackup::sftp {

/// Decides whether a server is the right one, by its host key. [thread-safe]
class HostKeyCheck {
public:
    explicit HostKeyCheck(const ServerSettings& server);

    /// From now on the first key that is seen counts as the right one when none is pinned: for tests of the
    /// connection, by which people learn it.
    void learn();
    /// @param fingerprint  "SHA256:..." of the key that the server has shown and proven
    /// @throws Error Authentication (another key is pinned), Settings (none is pinned)
    void check(const std::string& fingerprint, sdk::RunContext& run);
    /// What the last server has shown; empty before.
    std::string shown() const;
    /// Was it by the settings that the key was accepted?
    bool pinned() const noexcept { return !pinned_.empty(); }

private:
    const std::string server_;
    const std::string pinned_;
    const bool accept_any_;
    mutable std::mutex mutex_;
    bool learning_ = false;
    bool warned_ = false;
    std::string learnt_;
    std::string shown_;
};

}  // namespace dbackup::sftp
