#pragma once

#include <functional>
#include <memory>
#include <string>

#include <libssh/libssh.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>

#include "host_key.h"
#include "server_settings.h"
#include "tcp_socket.h"

namespace dbackup::sftp {

/// An SSH session that is logged in. Nothing in it blocks. [one thread at a time]
class Session {
public:
    /// Connects, checks the host key and logs in, within the time-out.
    /// @param server  outlives it, as does keys
    /// @param run     for the call alone
    /// @throws Error Unavailable, Authentication, Settings, Cancelled
    Session(const ServerSettings& server,
            HostKeyCheck& keys,
            sdk::RunContext& run,
            std::chrono::milliseconds timeout);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// A channel to the server's sftp subsystem, which goes before the session does.
    /// @throws Error Unavailable, Unsupported, Cancelled
    ssh_channel openSftp(sdk::RunContext& run);
    /// Waits, for at most a tick, until the connection has something to read or room to write.
    void waitForNetwork();
    /// Has it something to read, if only its end?
    bool hasInput() const;
    ssh_session get() const noexcept { return session_.get(); }
    const std::string& serverName() const noexcept { return name_; }
    /// The connection is lost: why, as far as the library knows.
    sdk::Error lost() const;

private:
    struct Free {
        void operator()(ssh_session session) const noexcept {
            ::ssh_disconnect(session);
            ::ssh_free(session);
        }
    };

    void setOptions(const ServerSettings& server, sdk::RunContext& run);
    void connect(const ServerSettings& server, sdk::RunContext& run);
    std::string hostKeyFingerprint() const;
    /// Calls until the answer is another than "again". @throws Error Unavailable, Cancelled
    int finish(int again, sdk::RunContext& run, const std::function<int()>& call);

    const std::string name_;
    Clock::time_point deadline_;
    std::unique_ptr<ssh_session_struct, Free> session_;
};

}  // namespace dbackup::sftp
