#include "connection_pool.h"

namespace dbackup::sftp {

namespace {

constexpr std::size_t most_idle = 8;

}  // namespace

ConnectionPool::ConnectionPool(const ServerSettings& server) : server_(server), host_key_(server_) {
    idle_.reserve(most_idle);
}

void ConnectionPool::Lease::giveBack() noexcept {
    if (connection_) pool_->keep(std::move(connection_));
}

ConnectionPool::Lease ConnectionPool::lease(sdk::RunContext& run) {
    for (;;) {
        std::unique_ptr<Connection> connection;
        {
            const std::lock_guard lock(mutex_);
            if (idle_.empty()) break;
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
        connection->channel().setRun(run);
        if (connection->isAlive()) return {*this, std::move(connection)};
    }
    return connect(run, server_.connect_timeout);
}

ConnectionPool::Lease ConnectionPool::connect(sdk::RunContext& run, std::chrono::milliseconds timeout) {
    return {*this, std::make_unique<Connection>(server_, host_key_, run, timeout)};
}

void ConnectionPool::keep(std::unique_ptr<Connection> connection) noexcept {
    if (!connection->channel().isIdle()) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < most_idle) idle_.push_back(std::move(connection));
}

}  // namespace dbackup::sftp
