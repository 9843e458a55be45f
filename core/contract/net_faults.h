#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include <Poco/Net/ServerSocket.h>

namespace dbackup::contract {

/// A port of the loopback that takes connections and says nothing. [one thread]
class SilentServer {
public:
    SilentServer();
    std::uint16_t port() const { return socket_.address().port(); }

private:
    Poco::Net::ServerSocket socket_;  // the kernel accepts; nobody reads
};

/// A port on which nobody listens (it was free a moment ago).
std::uint16_t closedPort();

/// Stands between a plugin and its server and cuts every connection once so many bytes have passed, in both
/// directions together; from then on nobody listens. [one thread]
class CutProxy {
public:
    /// @param cut_after  bytes; 0 = never
    CutProxy(std::string host, std::uint16_t port, std::uint64_t cut_after);
    CutProxy(const CutProxy&) = delete;
    CutProxy& operator=(const CutProxy&) = delete;
    ~CutProxy() = default;

    std::uint16_t port() const { return port_; }
    std::uint64_t passed() const { return passed_; }

private:
    class Link;

    void serve(const std::stop_token& stop);
    /// Counts bytes that have come. @return true when they are not to be passed on
    bool isCutBy(std::uint64_t bytes);

    const std::string host_;
    const std::uint16_t upstream_port_;
    const std::uint64_t cut_after_;
    Poco::Net::ServerSocket listener_;  // of the thread
    std::uint16_t port_;
    std::atomic<std::uint64_t> passed_{0};
    std::jthread thread_;  // last, so that it is joined first
};

}  // namespace dbackup::contract
