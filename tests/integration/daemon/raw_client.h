#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::test {

/// An HTTP client that sends what it is told, well-formed or not.
class RawClient {
public:
    struct Answer {
        int status = 0;  ///< 0: the connection ended without one
        std::string head;
        std::string body;
        /// Value of a field, or "".
        std::string field(const std::string& name) const {
            const std::size_t start = head.find("\r\n" + name + ": ");
            if (start == std::string::npos) return {};
            const std::size_t value = start + name.size() + 4;
            return head.substr(value, head.find("\r\n", value) - value);
        }
    };

    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("cannot connect");
        }
    }

    /// @return false when the server has closed the connection
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Reads one answer: with Content-Length exactly, otherwise up to the end of the connection.
    Answer read(std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
        deadline_ = std::chrono::steady_clock::now() + timeout;
        Answer answer;
        std::size_t end = std::string::npos;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) return answer;
        }
        answer.head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        answer.status = std::stoi(answer.head.substr(9, 3));
        const std::string length = answer.field("Content-Length");
        if (head_only_ || answer.status == 204 || answer.status == 100) return answer;
        if (!length.empty()) {
            const std::size_t size = std::stoul(length);
            while (buffer_.size() < size && receive()) {
            }
            answer.body = buffer_.substr(0, size);
            buffer_.erase(0, size);
        } else {
            while (receive()) {
            }
            answer.body.swap(buffer_);
        }
        return answer;
    }

    /// send() and read().
    Answer ask(std::string_view request) {
        send(request);
        return read();
    }
    Answer get(const std::string& path, const std::string& fields = {}) {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    }
    /// The next answers have no body.
    void expectHeadOnly(bool yes) { head_only_ = yes; }
    /// True when the server ends the connection within the time, without another byte.
    bool ends(std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
        deadline_ = std::chrono::steady_clock::now() + timeout;
        return buffer_.empty() && !receive() && std::chrono::steady_clock::now() < deadline_ &&
               buffer_.empty();
    }
    /// What has been received and not been read yet, after waiting for at least one byte more.
    std::string more() {
        deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        receive();
        return std::exchange(buffer_, {});
    }
    void closeSending() { shutdown(socket_.get(), SHUT_WR); }

private:
    bool receive() {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        pollfd wanted{socket_.get(), POLLIN, 0};
        if (left.count() <= 0 || poll(&wanted, 1, static_cast<int>(left.count())) <= 0) return false;
        char bytes[65536];
        const auto got = recv(socket_.get(), bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    sdk::UniqueFd socket_;
    std::string buffer_;
    bool head_only_ = false;
    std::chrono::steady_clock::time_point deadline_;
};

}  // namespace dbackup::test
