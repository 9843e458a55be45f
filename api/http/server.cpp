#include "api/http/server.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "api/http/client_address.h"
#include "api/http/connection.h"
#include "api/http/failure.h"
#include "api/http/limits.h"
#include "api/http/response_head.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

Poco::Net::SocketAddress socketAddress(const ServerOptions& options) {
    const auto ip = parseAddress(options.address);
    if (!ip) {
        throw Error(ErrorKind::Settings,
                    "'" + options.address + "' is no IP address to listen on",
                    "use 127.0.0.1, 0.0.0.0, ::1 or the address of a network interface");
    }
    return {*ip, options.port};
}

Poco::Net::ServerSocket listenOn(const ServerOptions& options) {
    const Poco::Net::SocketAddress address = socketAddress(options);
    Poco::Net::ServerSocket socket;
    if (options.tls) {
        // A socket is a handle, whose implementation does the TLS. NOLINTNEXTLINE(cppcoreguidelines-slicing)
        socket = Poco::Net::SecureServerSocket(options.tls);
    }
    const std::string what = "cannot listen on " + address.toString();
    try {
        // Without the last argument Poco sets SO_REUSEPORT, and a second server would share the port
        // unnoticed.
        if (address.family() == Poco::Net::AddressFamily::IPv6) {
            socket.bind6(address, true, false, false);
        } else {
            socket.bind(address, true, false);
        }
        socket.listen(limits::queued_connections * 2);
    } catch (const Poco::Net::NetException& error) {
        throw systemError(what, error.code());
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Unavailable, what + ": " + error.displayText());
    }
    return socket;
}

/// Poco's sockets cannot take a descriptor over, least of all those with TLS. So one that listens to nothing
/// of interest gets the place of the one that was given.
Poco::Net::ServerSocket adopt(ServerOptions options) {
    const sdk::UniqueFd given(*options.socket);
    options.address = "127.0.0.1";
    options.port = 0;
    Poco::Net::ServerSocket socket = listenOn(options);
    if (::dup3(given.get(), socket.impl()->sockfd(), O_CLOEXEC) < 0) {
        throw systemError("cannot take over the service manager's socket", errno);
    }
    return socket;
}

Poco::Net::HTTPServerParams::Ptr sessionParams(const ServerOptions& options) {
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(options.max_connections);
    params->setMaxQueued(limits::queued_connections);
    params->setTimeout(Poco::Timespan(static_cast<long>(limits::request_time.count()), 0));
    params->setKeepAlive(true);
    params->setKeepAliveTimeout(Poco::Timespan(static_cast<long>(limits::keep_alive_time.count()), 0));
    return params;
}

/// Refuses connections when there is no thread for them. Poco would let them wait in silence.
class ConnectionLimit final : public Poco::Net::TCPServerConnectionFilter {
public:
    ConnectionLimit(const Poco::Net::TCPServer& tcp, int max_connections, bool secure, const Log& log)
        : tcp_(tcp), max_connections_(max_connections), secure_(secure), log_(log) {}

    bool accept(const Poco::Net::StreamSocket& socket) override {
        if (tcp_.currentConnections() + tcp_.queuedConnections() < max_connections_) {
            return true;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now - last_logged_ >= std::chrono::seconds(10)) {
            last_logged_ = now;
            log_.warning("connections are refused: all " + std::to_string(max_connections_) +
                         " are in use; api.maxConnections raises the limit");
        }
        if (!secure_) {
            Response response = errorResponse(503, "Too many connections; try again in a moment");
            response.headers["Retry-After"] = "1";
            const std::string bytes = formatHead(response,
                                                 {false, false, false, response.body.size()},
                                                 "X-Request-Id: " + randomHex(8) + "\r\n") +
                                      response.body;
            // A new connection's send buffer is empty, so this neither waits nor is cut.
            [[maybe_unused]] const auto sent =
                ::send(socket.impl()->sockfd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        return false;
    }

private:
    const Poco::Net::TCPServer& tcp_;
    int max_connections_;
    bool secure_;
    const Log& log_;
    std::chrono::steady_clock::time_point last_logged_{};  // used by the accepting thread only
};

}  // namespace

struct Server::State {
    State(const ServerOptions& options, Endpoint& endpoint, const Log& log)
        : socket(options.socket ? adopt(options) : listenOn(options)),
          shared{endpoint,
                 log,
                 registry,
                 stop_source.get_token(),
                 sessionParams(options),
                 options.request_time,
                 !options.tls.isNull()},
          // A thread that ends a connection is not back in the pool when its successor is started.
          pool("http",
               2,
               options.max_connections + limits::queued_connections,
               30,
               limits::thread_stack_bytes),
          tcp(new ConnectionFactory(shared), pool, socket, shared.params) {
        tcp.setConnectionFilter(new ConnectionLimit(tcp, options.max_connections, shared.secure, log));
    }

    void keepHouse(const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "http-deadlines");
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
            registry.expire(std::chrono::steady_clock::now());
        }
    }

    Poco::Net::ServerSocket socket;
    std::uint16_t port = socket.address().port();
    ConnectionRegistry registry;
    std::stop_source stop_source;
    Connection::Shared shared;
    Poco::ThreadPool pool;
    Poco::Net::TCPServer tcp;
    std::jthread housekeeper;  // ends the reading of requests that do not arrive in time
};

Server::Server(const ServerOptions& options, Endpoint& endpoint, const Log& log)
    : state_(std::make_unique<State>(options, endpoint, log)) {}

Server::~Server() {
    stop(std::chrono::milliseconds(0));
    state_->registry.waitEmpty(std::chrono::hours(24));
    state_->pool.joinAll();
}

void Server::start() {
    state_->tcp.start();
    state_->housekeeper = std::jthread([this](const std::stop_token& stop) { state_->keepHouse(stop); });
}

bool Server::stop(std::chrono::milliseconds patience) {
    state_->stop_source.request_stop();
    state_->tcp.stop();
    state_->socket.close();
    state_->registry.drain();
    bool empty = state_->registry.waitEmpty(patience);
    if (!empty) {
        state_->registry.cut();
        empty = state_->registry.waitEmpty(std::chrono::milliseconds(500));
    }
    return empty;
}

std::uint16_t Server::port() const {
    return state_->port;
}

}  // namespace dbackup::api
