#pragma once

#include <memory>
#include <string>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "rsync_settings.h"
#include "ssh_files.h"

namespace dbackup::rsync {

/// A login that several calls of rsync, one at a time, have in common: ssh's ControlMaster (ssh_config(5)).
/// ssh logs in by itself where this one is not there yet, has been lost or refuses another session. It ends
/// with the object, and with the thread that has made it. [one thread at a time]
class SharedConnection {
public:
    /// Begins to log in, and does not wait for it.
    /// @param known_hosts  as of SshFiles  @throws Error ToolMissing
    SharedConnection(const RsyncSettings& settings, const std::string& known_hosts, sdk::RunContext& run);
    SharedConnection(const SharedConnection&) = delete;
    SharedConnection& operator=(const SharedConnection&) = delete;
    ~SharedConnection();

    /// Where ssh finds it; empty where the run's folder has too long a name for a socket. Waits a moment for
    /// the login to end. @throws Error Cancelled
    std::string socket(const sdk::RunContext& run);

private:
    bool isUnderWay() const;

    sdk::UnstoppableRun run_;  // what is unfinished on the server is removed through it after a stop
    SshFiles files_;
    const std::string socket_;
    bool waited_ = false;
    std::unique_ptr<sdk::Subprocess> ssh_;  // last: it uses what is above
};

}  // namespace dbackup::rsync
