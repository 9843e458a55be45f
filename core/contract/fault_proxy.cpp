#include "core/contract/fault_proxy.h"

#include <algorithm>
#include <utility>

#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include "core/contract/passive_ftp.h"

namespace dbackup::contract {

namespace {

using Poco::Net::ServerSocket;
using Poco::Net::Socket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;
using Kind = WireFault::Kind;

const Poco::Timespan look_at_stop(0, 20000);

}  // namespace

FaultProxy::FaultProxy(std::string host, std::uint16_t port, WireFault fault, Protocol protocol)
    : host_(std::move(host)),
      fault_(fault),
      protocol_(protocol),
      port_(relayTo(port, true)),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {}

std::uint64_t FaultProxy::passed() const {
    const std::lock_guard lock(mutex_);
    return passed_;
}

std::uint16_t FaultProxy::relayTo(std::uint16_t upstream_port, bool is_main) {
    const ServerSocket listener(SocketAddress("127.0.0.1", 0));
    const std::lock_guard lock(mutex_);
    entrances_.push_back({listener, upstream_port, is_main});
    return listener.address().port();
}

std::size_t FaultProxy::admit(std::size_t bytes, bool of_client) {
    const std::lock_guard lock(mutex_);
    if (fault_.kind == Kind::Answer503 && !of_client) return bytes;
    const std::uint64_t before = passed_;
    passed_ += bytes;
    if (fault_.kind == Kind::None) return bytes;
    if (has_struck_) return fault_.once ? bytes : 0;
    if (passed_ <= fault_.after_bytes) return bytes;
    has_struck_ = true;
    return static_cast<std::size_t>(fault_.after_bytes - before);
}

bool FaultProxy::isClosed() const {
    const std::lock_guard lock(mutex_);
    return has_struck_ && !fault_.once && (fault_.kind == Kind::Cut || fault_.kind == Kind::Reset);
}

std::list<FaultProxy::Entrance> FaultProxy::waitForClients() {
    Socket::SocketList readable;
    {
        const std::lock_guard lock(mutex_);
        for (const Entrance& each : entrances_)
            readable.push_back(each.listener);
    }
    Socket::SocketList writable;
    Socket::SocketList failed;
    Socket::select(readable, writable, failed, look_at_stop);
    std::list<Entrance> ready;
    const std::lock_guard lock(mutex_);
    for (auto next = entrances_.begin(); next != entrances_.end();) {
        const auto here = next++;
        if (std::find(readable.begin(), readable.end(), here->listener) == readable.end()) continue;
        if (here->is_main) {
            ready.push_back(*here);
        } else {
            ready.splice(ready.end(), entrances_, here);
        }
    }
    return ready;
}

void FaultProxy::accept(Entrance& entrance, std::list<FaultLink>& links) {
    FaultLink::RewriteReply rewrite;
    if (protocol_ == Protocol::Ftp && entrance.is_main) {
        rewrite = [this](std::string reply) {
            return withPassivePorts(std::move(reply),
                                    [this](std::uint16_t port) { return relayTo(port, false); });
        };
    }
    try {
        const StreamSocket client = entrance.listener.acceptConnection();
        const StreamSocket server(SocketAddress(host_, entrance.upstream_port));
        links.emplace_back(
            client,
            server,
            fault_,
            [this](std::size_t bytes, bool of_client) { return admit(bytes, of_client); },
            std::move(rewrite));
    } catch (const Poco::Exception&) {
        return;  // the client sees that its connection is closed
    }
}

void FaultProxy::serve(const std::stop_token& stop) {
    std::list<FaultLink> links;
    while (!stop.stop_requested() && !isClosed()) {
        std::list<Entrance> ready = waitForClients();
        links.remove_if([](const FaultLink& link) { return link.hasEnded(); });
        for (Entrance& each : ready)
            accept(each, links);
    }
    const std::lock_guard lock(mutex_);
    entrances_.clear();  // nobody listens any more; the links end with this function
}

}  // namespace dbackup::contract
