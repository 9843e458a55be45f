#include "tcp_socket.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

Error unreachable(const ServerSettings& server, const std::string& why) {
    Error error(ErrorKind::Unavailable,
                "cannot connect to " + server.name() + ": " + why,
                "Check host, port and firewall");
    return error.canRetry();
}

/// @return an errno value; 0 when the connection stands
int finishConnecting(int socket, sdk::RunContext& run, Clock::time_point deadline) {
    for (;;) {
        run.throwIfStopped();
        pollfd entry{socket, POLLOUT, 0};
        const int ready = ::poll(&entry, 1, stop_tick_ms);
        if (ready < 0 && errno != EINTR) return errno;
        if (ready > 0) break;
        if (Clock::now() >= deadline) return ETIMEDOUT;
    }
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void setOptions(int socket) {
    // Requests are small and wait for answers; a connection that idles must outlive address translators.
    // Hints only: it works without.
    const int on = 1;
    const int idle_seconds = 60;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
}

}  // namespace

sdk::UniqueFd connectTo(const ServerSettings& server, sdk::RunContext& run, Clock::time_point deadline) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int status =
        ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found);
    if (status != 0) throw unreachable(server, ::gai_strerror(status));
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
    int error = 0;
    for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
        sdk::UniqueFd socket(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket) {
            error = errno;
            continue;
        }
        setOptions(socket.get());
        error = ::connect(socket.get(), each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
        if (error == EINPROGRESS) error = finishConnecting(socket.get(), run, deadline);
        if (error == 0) return socket;
    }
    throw unreachable(server, std::strerror(error));  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace dbackup::sftp
