#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::test {

/// Stands before a loopback port as a long wire would: every byte arrives later, and as many as one likes are
/// under way meanwhile. [thread-safe]
class DelayProxy {
public:
    /// @param port   of 127.0.0.1, where it connects to
    /// @param delay  in each direction
    /// @param listen  its own port; 0: any that is free
    DelayProxy(int port, std::chrono::milliseconds delay, int listen = 0);
    DelayProxy(const DelayProxy&) = delete;
    DelayProxy& operator=(const DelayProxy&) = delete;
    ~DelayProxy();

    int port() const noexcept { return port_; }
    /// Ends all connections; what is under way on them is lost. New ones may be made.
    void cut();

private:
    class Link;

    void serve(const std::stop_token& stop);

    const int upstream_port_;
    const std::chrono::milliseconds delay_;
    int port_ = 0;
    sdk::UniqueFd listener_;
    std::mutex mutex_;
    std::list<std::unique_ptr<Link>> links_;
    std::jthread thread_;  // last, so that it is joined first
};

}  // namespace dbackup::test
