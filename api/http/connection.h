#pragma once

#include <stop_token>

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>

#include "api/http/connection_registry.h"
#include "api/http/endpoint.h"

namespace dbackup::api {

/// Reads requests off one connection and has the endpoint answer them. It takes the place of Poco's own
/// HTTPServerConnection, which answers malformed requests without a body, drops the connection on
/// any exception but its own, takes a POST without a length for an endless one, and holds a lock while a
/// handler runs that a stop of the server then waits for. [one thread]
class Connection final : public Poco::Net::TCPServerConnection {
public:
    /// What all connections of a server share; outlives them.
    struct Shared {
        Endpoint& endpoint;
        const Log& log;
        ConnectionRegistry& registry;
        std::stop_token stop;
        Poco::Net::HTTPServerParams::Ptr params;
        std::chrono::milliseconds request_time{0};
        bool secure = false;
    };

    Connection(const Poco::Net::StreamSocket& socket, const Shared& shared)
        : TCPServerConnection(socket), shared_(shared) {}

    /// Until the client leaves, the keep-alive time ends or the server stops. Never throws.
    void run() override;

private:
    const Shared& shared_;
};

class ConnectionFactory final : public Poco::Net::TCPServerConnectionFactory {
public:
    explicit ConnectionFactory(const Connection::Shared& shared) : shared_(shared) {}
    Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
        return new Connection(socket, shared_);  // Poco owns it
    }

private:
    const Connection::Shared& shared_;
};

}  // namespace dbackup::api
