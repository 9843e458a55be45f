#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <Poco/Net/Context.h>

#include "api/http/endpoint.h"
#include "api/http/limits.h"

namespace dbackup::api {

struct ServerOptions {
    std::string address = "127.0.0.1";  ///< IP address, v4 or v6
    std::uint16_t port = 0;             ///< 0 = any free one
    int max_connections = 256;          ///< more are refused with 503
    Poco::Net::Context::Ptr tls;        ///< null = plain HTTP
    std::optional<int> socket;          ///< one that listens already; address and port do not count then
    /// From the first byte of a request to the last of its body.
    std::chrono::milliseconds request_time = limits::request_time;
};

/// The HTTP server: a thread per connection, taken from a pool. [start and stop by one thread]
class Server {
public:
    /// Binds and listens, but does not accept yet.
    /// @param endpoint  and log must outlive it
    /// @throws Error Settings for what is no address, AlreadyExists when the port is taken, Permission,
    /// Unavailable
    Server(const ServerOptions& options, Endpoint& endpoint, const Log& log);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// stop() with no patience, then waits for the handlers that still work.
    ~Server();

    void start();
    /// Accepts no more; idle connections end at once, streams by their stop token, requests in work get
    /// `patience`, then their connections are cut. Idempotent.
    /// @return false when a handler still works after that
    bool stop(std::chrono::milliseconds patience);
    std::uint16_t port() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace dbackup::api
