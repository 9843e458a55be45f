#include "tests/support/delay_proxy.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace dbackup::test {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t read_bytes = std::size_t{256} << 10;
/// More than any client or server here lets be under way.
constexpr std::size_t most_under_way = std::size_t{64} << 20;
constexpr int look_at_stop_ms = 20;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

sockaddr* plain(sockaddr_in& address) {
    return static_cast<sockaddr*>(static_cast<void*>(&address));
}

sdk::UniqueFd newSocket() {
    sdk::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) throw std::runtime_error("no socket");
    return socket;
}

void sendAtOnce(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// One direction of a connection.
class Wire {
public:
    Wire(int from, int to, std::chrono::milliseconds delay)
        : from_(from), to_(to), delay_(delay), reader_([this] { read(); }), writer_([this] { write(); }) {}
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() = default;

private:
    struct Piece {
        Clock::time_point due;
        std::vector<char> bytes;  ///< none: the end
    };

    void read() {
        std::vector<char> buffer(read_bytes);
        for (;;) {
            const ssize_t count = ::recv(from_, buffer.data(), buffer.size(), 0);
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return under_way_ < most_under_way || ended_; });
            if (ended_) return;
            const std::size_t size = count > 0 ? static_cast<std::size_t>(count) : 0;
            pieces_.push_back({Clock::now() + delay_, {buffer.data(), buffer.data() + size}});
            under_way_ += size;
            changed_.notify_all();
            if (size == 0) return;
        }
    }

    void write() {
        for (;;) {
            Piece piece;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [&] { return !pieces_.empty(); });
                piece = std::move(pieces_.front());
                pieces_.pop_front();
            }
            std::this_thread::sleep_until(piece.due);
            const bool sent = !piece.bytes.empty() && send(piece.bytes);
            const std::lock_guard lock(mutex_);
            under_way_ -= piece.bytes.size();
            ended_ = !sent;
            changed_.notify_all();
            if (sent) continue;
            ::shutdown(to_, SHUT_WR);
            ::shutdown(from_, SHUT_RD);
            return;
        }
    }

    bool send(const std::vector<char>& bytes) const {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const ssize_t count = ::send(to_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) return false;
            sent += static_cast<std::size_t>(count);
        }
        return true;
    }

    const int from_;
    const int to_;
    const std::chrono::milliseconds delay_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Piece> pieces_;
    std::size_t under_way_ = 0;
    bool ended_ = false;
    std::jthread reader_;
    std::jthread writer_;  // these two last, so that they are joined first
};

}  // namespace

class DelayProxy::Link {
public:
    Link(sdk::UniqueFd client, sdk::UniqueFd server, std::chrono::milliseconds delay)
        : client_(std::move(client)),
          server_(std::move(server)),
          up_(client_.get(), server_.get(), delay),
          down_(server_.get(), client_.get(), delay) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() { cut(); }
    void cut() {
        ::shutdown(client_.get(), SHUT_RDWR);
        ::shutdown(server_.get(), SHUT_RDWR);
    }

private:
    sdk::UniqueFd client_;
    sdk::UniqueFd server_;
    Wire up_;
    Wire down_;
};

DelayProxy::DelayProxy(int port, std::chrono::milliseconds delay, int listen)
    : upstream_port_(port), delay_(delay), listener_(newSocket()) {
    const int on = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(listen);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), plain(address), size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), plain(address), &size) != 0) {
        throw std::runtime_error("the proxy cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

DelayProxy::~DelayProxy() = default;

void DelayProxy::cut() {
    const std::lock_guard lock(mutex_);
    for (const auto& link : links_)
        link->cut();
}

void DelayProxy::serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        pollfd entry{listener_.get(), POLLIN, 0};
        if (::poll(&entry, 1, look_at_stop_ms) <= 0) continue;
        sdk::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) continue;
        sdk::UniqueFd server = newSocket();
        sockaddr_in address = loopback(upstream_port_);
        if (::connect(server.get(), plain(address), sizeof address) != 0) continue;
        sendAtOnce(client.get());
        sendAtOnce(server.get());
        const std::lock_guard lock(mutex_);
        links_.push_back(std::make_unique<Link>(std::move(client), std::move(server), delay_));
    }
}

}  // namespace dbackup::test
