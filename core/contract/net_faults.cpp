#include "core/contract/net_faults.h"

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

/// Ends what waits for a socket in another thread.
void shutDown(StreamSocket& socket) {
    try {
        socket.shutdown();
    } catch (const Poco::Exception&) {
        return;  // it has ended by itself
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

/// A connection and its other half, each direction with a thread of its own: one that waits must not hold up
/// another.
class CutProxy::Link {
public:
    Link(CutProxy& proxy, const StreamSocket& client, const StreamSocket& server)
        : proxy_(proxy),
          client_(client),
          server_(server),
          up_([this] { pass(client_, server_); }),
          down_([this] { pass(server_, client_); }) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() { cut(); }

private:
    void cut() {
        shutDown(client_);
        shutDown(server_);
    }

    void pass(StreamSocket& from, StreamSocket& to) {
        std::vector<char> buffer(buffer_bytes);
        try {
            for (;;) {
                const int count = from.receiveBytes(buffer.data(), buffer_bytes);
                if (count <= 0 || proxy_.isCutBy(static_cast<std::uint64_t>(count))) break;
                for (int sent = 0; sent < count;)
                    sent += to.sendBytes(buffer.data() + sent, count - sent);
            }
        } catch (const Poco::Exception&) {
            cut();  // a reset is an end, too
            return;
        }
        cut();
    }

    CutProxy& proxy_;
    StreamSocket client_;
    StreamSocket server_;
    std::jthread up_;
    std::jthread down_;  // these two last, so that they are joined first
};

bool CutProxy::isCutBy(std::uint64_t bytes) {
    return (passed_ += bytes) >= cut_after_ && cut_after_ > 0;
}

void CutProxy::serve(const std::stop_token& stop) {
    std::list<Link> links;
    while (!stop.stop_requested() && (cut_after_ == 0 || passed_ < cut_after_)) {
        if (!listener_.poll(look_at_stop, Socket::SELECT_READ)) continue;
        try {
            StreamSocket client = listener_.acceptConnection();
            links.emplace_back(*this, client, StreamSocket(SocketAddress(host_, upstream_port_)));
        } catch (const Poco::Exception&) {
            continue;  // the client sees that its connection is closed
        }
    }
    listener_.close();
}

}  // namespace dbackup::contract
