#include "core/contract/net_faults.h"

#include <algorithm>
#include <list>
#include <stop_token>
#include <utility>
#include <vector>

#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

namespace dbackup::contract {

namespace {

using Poco::Net::ServerSocket;
using Poco::Net::Socket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

const Poco::Timespan look_at_stop(0, 20000);
constexpr int buffer_bytes = 64 * 1024;

struct Connection {
    StreamSocket client;
    StreamSocket server;
};

/// @return bytes that went from one to the other; 0 when either has closed
int pass(StreamSocket& from, StreamSocket& to, std::vector<char>& buffer) {
    try {
        const int count = from.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        for (int sent = 0; sent < count;)
            sent += to.sendBytes(buffer.data() + sent, count - sent);
        return std::max(count, 0);
    } catch (const Poco::Exception&) {
        return 0;  // a reset is an end, too
    }
}

}  // namespace

SilentServer::SilentServer() : socket_(SocketAddress("127.0.0.1", 0), 64) {}

std::uint16_t closedPort() {
    return ServerSocket(SocketAddress("127.0.0.1", 0)).address().port();
}

CutProxy::CutProxy(std::string host, std::uint16_t port, std::uint64_t cut_after)
    : host_(std::move(host)),
      upstream_port_(port),
      cut_after_(cut_after),
      listener_(SocketAddress("127.0.0.1", 0)),
      port_(listener_.address().port()),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {}

void CutProxy::serve(const std::stop_token& stop) {
    std::list<Connection> connections;
    std::vector<char> buffer(buffer_bytes);
    while (!stop.stop_requested() && (cut_after_ == 0 || passed_ < cut_after_)) {
        Socket::SocketList readable{listener_};
        for (const Connection& each : connections) {
            readable.push_back(each.client);
            readable.push_back(each.server);
        }
        Socket::SocketList none;
        Socket::SocketList failed;
        if (Socket::select(readable, none, failed, look_at_stop) == 0) continue;
        const auto is_readable = [&](const Socket& socket) {
            return std::find(readable.begin(), readable.end(), socket) != readable.end();
        };
        std::erase_if(connections, [&](Connection& each) {
            for (auto [from, to] :
                 {std::pair(&each.client, &each.server), std::pair(&each.server, &each.client)}) {
                if (!is_readable(*from)) continue;
                const int count = pass(*from, *to, buffer);
                if (count == 0) return true;
                passed_ += static_cast<std::uint64_t>(count);
            }
            return false;
        });
        if (!is_readable(listener_)) continue;
        try {
            StreamSocket client = listener_.acceptConnection();
            connections.push_back({client, StreamSocket(SocketAddress(host_, upstream_port_))});
        } catch (const Poco::Exception&) {
            continue;  // the client sees that its connection is closed
        }
    }
    listener_.close();
}

}  // namespace dbackup::contract
