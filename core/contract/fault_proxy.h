#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include <Poco/Net/ServerSocket.h>

#include "core/contract/fault_link.h"
#include "core/contract/wire_fault.h"

namespace dbackup::contract {

/// Stands between a plugin and its server on a port of the loopback, and makes a fault. [one thread]
class FaultProxy {
public:
    enum class Protocol { None = 0, Any, Ftp };  ///< Ftp: its passive data connections are led through, too

    FaultProxy(std::string host, std::uint16_t port, WireFault fault, Protocol protocol = Protocol::Any);
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy() = default;

    std::uint16_t port() const { return port_; }
    /// Bytes that have come so far, as WireFault::after_bytes counts them.
    std::uint64_t passed() const;

private:
    struct Entrance {
        Poco::Net::ServerSocket listener;
        std::uint16_t upstream_port;
        bool is_main;  // the others are for one data connection of FTP
    };

    void serve(const std::stop_token& stop);
    /// Entrances at which somebody waits.
    std::list<Entrance> waitForClients();
    void accept(Entrance& entrance, std::list<FaultLink>& links);
    /// How many of these bytes pass before the fault strikes among them.
    std::size_t admit(std::size_t bytes, bool of_client);
    /// A further entrance, to another port of the same host. @return its port
    std::uint16_t relayTo(std::uint16_t upstream_port, bool is_main);
    bool isClosed() const;

    const std::string host_;
    const WireFault fault_;
    const Protocol protocol_;
    mutable std::mutex mutex_;  // guards the next three
    std::list<Entrance> entrances_;
    std::uint64_t passed_ = 0;
    bool has_struck_ = false;
    const std::uint16_t port_;
    std::jthread thread_;  // last, so that it is joined first
};

}  // namespace dbackup::contract
