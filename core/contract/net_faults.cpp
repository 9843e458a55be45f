#include "core/contract/net_faults.h"

#include <Poco/Net/SocketAddress.h>

namespace dbackup::contract {

using Poco::Net::ServerSocket;
using Poco::Net::SocketAddress;

SilentServer::SilentServer() : socket_(SocketAddress("127.0.0.1", 0), 64) {}

std::uint16_t closedPort() {
    return ServerSocket(SocketAddress("127.0.0.1", 0)).address().port();
}

}  // namespace dbackup::contract
