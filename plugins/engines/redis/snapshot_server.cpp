#include "snapshot_server.h"

#include <array>
#include <cerrno>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <dbackup/sdk/error.h>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int stop_tick_ms = 50;
constexpr auto handshake_time = std::chrono::seconds(20);

/// Forty hexadecimal digits that nobody can guess.
std::string randomName() {
    std::array<unsigned char, 20> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw sdk::systemError("cannot make a random name", errno);
    }
    std::string text;
    for (const unsigned char each : bytes) {
        text += "0123456789abcdef"[each >> 4U];
        text += "0123456789abcdef"[each & 15U];
    }
    return text;
}

sdk::UniqueFd listenOn(std::uint16_t port) {
    sdk::UniqueFd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in6 any6{};
    any6.sin6_family = AF_INET6;
    any6.sin6_port = htons(port);
    sockaddr_in any4{};
    any4.sin_family = AF_INET;
    any4.sin_port = htons(port);
    const bool six = static_cast<bool>(socket);
    if (six) {
        const int both = 0;
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof both);
    } else {
        socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    }
    const int again = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
    const void* const address = six ? static_cast<const void*>(&any6) : &any4;
    const socklen_t size = six ? sizeof any6 : sizeof any4;
    if (::bind(socket.get(), static_cast<const sockaddr*>(address), size) != 0 ||
        ::listen(socket.get(), 4) != 0) {
        throw sdk::systemError("cannot listen on port " + std::to_string(port) + " for the restored server",
                               errno);
    }
    return socket;
}

}  // namespace

SnapshotServer::SnapshotServer(std::uint16_t port, sdk::RunContext& run)
    : run_(run), listener_(listenOn(port)), password_(randomName()), mark_(randomName()) {
    run_.mask(password_);
}

std::uint16_t SnapshotServer::port() const {
    sockaddr_in6 own{};  // the port is at the same place in both kinds of address
    socklen_t size = sizeof own;
    if (::getsockname(listener_.get(), static_cast<sockaddr*>(static_cast<void*>(&own)), &size) != 0) {
        throw sdk::systemError("cannot tell the own port", errno);
    }
    return ntohs(own.sin6_port);
}

void SnapshotServer::awaitReplica(Clock::time_point deadline) {
    while (!replica_) {
        run_.throwIfStopped();
        if (Clock::now() >= deadline) {
            throw Error(
                ErrorKind::Unavailable,
                "the server did not come for its data on port " + std::to_string(port()),
                "It must reach the machine that runs DBackup: set restoreHost and restorePort of the source "
                "that is restored into, and open the port");
        }
        pollfd entry{listener_.get(), POLLIN, 0};
        if (::poll(&entry, 1, stop_tick_ms) <= 0) continue;
        sdk::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) continue;
        auto wire = std::make_unique<Wire>(std::move(socket), "the server that is restored into", run_);
        if (shakeHands(*wire, Clock::now() + handshake_time)) replica_ = std::move(wire);
    }
}

// What a replica says before it is sent anything: PING, AUTH, some REPLCONF, PSYNC.
bool SnapshotServer::shakeHands(Wire& wire, Clock::time_point deadline) {
    RespReader reader(wire);
    bool trusted = false;
    try {
        for (;;) {
            const std::vector<std::string> command = reader.command(deadline);
            const std::string& name = command.front();
            if (name == "AUTH") {
                trusted = command.back() == password_.reveal();
                wire.write(trusted ? "+OK\r\n" : "-WRONGPASS wrong password\r\n", deadline);
            } else if (name == "PING") {
                wire.write(trusted ? "+PONG\r\n" : "-NOAUTH Authentication required.\r\n", deadline);
            } else if (!trusted) {
                return false;
            } else if (name == "PSYNC") {
                wire.write("+FULLRESYNC " + mark_ + " 1\r\n$EOF:" + mark_ + "\r\n", deadline);
                return true;
            } else {
                wire.write("+OK\r\n", deadline);
            }
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled) throw;
        run_.log(sdk::LogLevel::Debug,
                 std::string("A connection to the port of the restore broke off: ") + error.what());
        return false;
    }
}

void SnapshotServer::send(std::span<const std::byte> bytes) {
    replica_->write(bytes);
}

void SnapshotServer::finish() {
    replica_->write(mark_);
}

bool SnapshotServer::hasLeft() {
    return replica_->hasEnded();
}

}  // namespace dbackup::redis
