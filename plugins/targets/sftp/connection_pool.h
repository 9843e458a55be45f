#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <dbackup/sdk/run_context.h>

#include "connection.h"
#include "host_key.h"
#include "server_settings.h"

namespace dbackup::sftp {

/// Connections that are open, for one use after the other. There are as many as are used at once: a wait for
/// one could be a wait for oneself. [thread-safe]
class ConnectionPool {
public:
    /// A connection while it is used. It goes back to the pool when nothing is due on it. [one thread at a
    /// time]
    class Lease {
    public:
        Lease() = default;
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Lease(Lease&&) = default;
        Lease& operator=(Lease&& other) noexcept {
            giveBack();
            pool_ = other.pool_;
            connection_ = std::move(other.connection_);
            return *this;
        }
        ~Lease() { giveBack(); }

        Connection* operator->() const noexcept { return connection_.get(); }
        Connection& operator*() const noexcept { return *connection_; }
        explicit operator bool() const noexcept { return connection_ != nullptr; }
        void giveBack() noexcept;
        void close() noexcept { connection_.reset(); }

    private:
        ConnectionPool* pool_ = nullptr;
        std::unique_ptr<Connection> connection_;
    };

    explicit ConnectionPool(const ServerSettings& server);

    /// An open connection that still stands, or a new one.
    /// @param run  outlives the lease, or Connection::channel().setRun() comes before its end
    /// @throws Error Unavailable, Authentication, Settings, Unsupported, Cancelled
    Lease lease(sdk::RunContext& run);
    /// A new connection, within this time.
    Lease connect(sdk::RunContext& run, std::chrono::milliseconds timeout);

    const ServerSettings& server() const noexcept { return server_; }
    HostKeyCheck& hostKey() noexcept { return host_key_; }

private:
    void keep(std::unique_ptr<Connection> connection) noexcept;

    const ServerSettings server_;
    HostKeyCheck host_key_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace dbackup::sftp
