#pragma once

#include <cstdint>

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

}  // namespace dbackup::contract
