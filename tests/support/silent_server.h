#pragma once

#include <cstdint>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::test {

/// Listens on a free loopback port, takes connections and says nothing. [one thread]
class SilentServer {
public:
    SilentServer() : SilentServer(true) {}
    int port() const noexcept { return port_; }

protected:
    explicit SilentServer(bool listens) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        socklen_t size = sizeof(address);
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        if (bind(socket_.get(), plain, size) != 0 || getsockname(socket_.get(), plain, &size) != 0 ||
            (listens && listen(socket_.get(), 16) != 0)) {
            throw std::runtime_error("no free port on the loopback");
        }
        port_ = ntohs(address.sin_port);
    }

private:
    sdk::UniqueFd socket_;
    int port_ = 0;
};

/// Holds a loopback port on which nobody listens. [one thread]
class ClosedPort : public SilentServer {
public:
    ClosedPort() : SilentServer(false) {}
};

}  // namespace dbackup::test
