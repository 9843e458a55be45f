#include "wire.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <dbackup/sdk/error.h>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int stop_tick_ms = 50;

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

Error unavailable(const std::string& message) {
    Error error(ErrorKind::Unavailable, message, "Check host, port and firewall");
    return error.canRetry();
}

std::string sslReason() {
    const unsigned long code = ::ERR_get_error();
    ::ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
    return reason ? reason : "the connection was closed";
}

bool isAddress(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace

Wire::Wire(const ServerSettings& server, sdk::RunContext& run) : run_(&run), name_(server.name()) {
    const Deadline deadline = Clock::now() + server.connect_timeout;
    connect(server, deadline);
    if (server.tls != TlsMode::Disabled) startTls(server, deadline);
}

Wire::Wire(sdk::UniqueFd socket, std::string name, sdk::RunContext& run)
    : run_(&run), name_(std::move(name)), socket_(std::move(socket)) {}

void Wire::connect(const ServerSettings& server, Deadline deadline) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int status =
        ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found);
    if (status != 0) throw unavailable("Connection failed: " + name_ + ": " + ::gai_strerror(status));
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
    int error = 0;
    for (const addrinfo* each = addresses.get(); each; each = each->ai_next) {
        socket_.reset(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket_) throw sdk::systemError("cannot make a socket", errno);
        if (::connect(socket_.get(), each->ai_addr, each->ai_addrlen) != 0 && errno != EINPROGRESS) {
            error = errno;
            continue;
        }
        wait(POLLOUT, deadline);
        socklen_t size = sizeof error;
        ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        const int at_once = 1;  // commands are small, and each waits for its answer
        ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        if (error == 0) return;
    }
    throw unavailable("Connection failed: " + name_ + ": " +
                      std::strerror(error));  // NOLINT(concurrency-mt-unsafe)
}

void Wire::makeContext(const ServerSettings& server) {
    context_.reset(::SSL_CTX_new(::TLS_client_method()));
    if (!context_) throw Error(ErrorKind::Internal, "OpenSSL: " + sslReason());
    ::SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    // A server that just closes looks like an end to OpenSSL 1.1; the RDB's own end mark tells.
    ::SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (server.tls != TlsMode::Required) {
        ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        const int loaded = server.tls_ca.empty()
                               ? ::SSL_CTX_set_default_verify_paths(context_.get())
                               : ::SSL_CTX_load_verify_file(context_.get(), server.tls_ca.c_str());
        if (loaded != 1)
            throw Error(ErrorKind::Settings, "cannot read tlsCa " + server.tls_ca + ": " + sslReason());
    }
    if (server.tls_cert.empty()) return;
    if (::SSL_CTX_use_certificate_chain_file(context_.get(), server.tls_cert.c_str()) != 1) {
        throw Error(ErrorKind::Settings, "cannot read tlsCert " + server.tls_cert + ": " + sslReason());
    }
    if (::SSL_CTX_use_PrivateKey_file(context_.get(), server.tls_key.c_str(), SSL_FILETYPE_PEM) != 1) {
        throw Error(ErrorKind::Settings, "cannot read tlsKey " + server.tls_key + ": " + sslReason());
    }
}

void Wire::startTls(const ServerSettings& server, Deadline deadline) {
    makeContext(server);
    ssl_.reset(::SSL_new(context_.get()));
    if (!ssl_ || ::SSL_set_fd(ssl_.get(), socket_.get()) != 1) {
        throw Error(ErrorKind::Internal, "OpenSSL: " + sslReason());
    }
    if (server.tls == TlsMode::VerifyIdentity) {
        X509_VERIFY_PARAM* const parameters = ::SSL_get0_param(ssl_.get());
        const int set = isAddress(server.host)
                            ? ::X509_VERIFY_PARAM_set1_ip_asc(parameters, server.host.c_str())
                            : ::X509_VERIFY_PARAM_set1_host(parameters, server.host.c_str(), 0);
        if (set != 1) throw Error(ErrorKind::Internal, "OpenSSL: " + sslReason());
    }
    if (!isAddress(server.host)) ::SSL_set_tlsext_host_name(ssl_.get(), server.host.c_str());
    for (int result = 0; (result = ::SSL_connect(ssl_.get())) != 1;) {
        const long verified = ::SSL_get_verify_result(ssl_.get());
        if (verified != X509_V_OK && server.tls != TlsMode::Required) {
            throw Error(ErrorKind::Authentication,
                        name_ + " shows a certificate that is not trusted: " +
                            ::X509_verify_cert_error_string(verified),
                        "Correct tlsCa, or the certificate");
        }
        wait(wantedBy(result, "TLS"), deadline);
    }
}

short Wire::wantedBy(int result, const char* what) const {
    switch (::SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return POLLIN;
        case SSL_ERROR_WANT_WRITE:
            return POLLOUT;
        default:
            broken(std::string(what) + ": " + sslReason());
    }
}

void Wire::wait(short events, Deadline deadline) const {
    for (;;) {
        run_->throwIfStopped();
        pollfd entry{socket_.get(), events, 0};
        const int ready = ::poll(&entry, 1, stop_tick_ms);
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) throw sdk::systemError("cannot wait for " + name_, errno);
        if (deadline && Clock::now() >= *deadline) throw unavailable(name_ + " did not answer in time");
    }
}

void Wire::broken(const std::string& why) const {
    throw unavailable("the connection with " + name_ + " is lost: " + why);
}

std::size_t Wire::read(std::span<std::byte> into, Deadline deadline) {
    for (;;) {
        run_->throwIfStopped();
        short wanted = POLLIN;
        if (ssl_) {
            const int size =
                static_cast<int>(std::min<std::size_t>(into.size(), std::numeric_limits<int>::max()));
            const int got = ::SSL_read(ssl_.get(), into.data(), size);
            if (got > 0) return static_cast<std::size_t>(got);
            if (::SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN) return 0;
            wanted = wantedBy(got, "TLS");
        } else {
            const ssize_t got = ::recv(socket_.get(), into.data(), into.size(), 0);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EAGAIN && errno != EINTR)
                broken(std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
        }
        wait(wanted, deadline);
    }
}

void Wire::write(std::span<const std::byte> bytes, Deadline deadline) {
    while (!bytes.empty()) {
        run_->throwIfStopped();
        short wanted = POLLOUT;
        std::size_t done = 0;
        if (ssl_) {
            const int size =
                static_cast<int>(std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max()));
            const int put = ::SSL_write(ssl_.get(), bytes.data(), size);
            if (put > 0) {
                done = static_cast<std::size_t>(put);
            } else {
                wanted = wantedBy(put, "TLS");
            }
        } else {
            const ssize_t put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (put < 0 && errno != EAGAIN && errno != EINTR) {
                broken(std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
            }
            done = put > 0 ? static_cast<std::size_t>(put) : 0;
        }
        bytes = bytes.subspan(done);
        if (done == 0) wait(wanted, deadline);
    }
}

void Wire::write(std::string_view text, Deadline deadline) {
    write(std::as_bytes(std::span(text)), deadline);
}

bool Wire::hasEnded() {
    std::array<std::byte, 4096> said{};
    for (;;) {
        const ssize_t got = ::recv(socket_.get(), said.data(), said.size(), 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return true;
        if (got < 0 && errno == EAGAIN) return false;
    }
}

std::string Wire::ownAddress() const {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (::getsockname(socket_.get(), static_cast<sockaddr*>(static_cast<void*>(&own)), &size) != 0) {
        throw sdk::systemError("cannot tell the own address", errno);
    }
    std::array<char, NI_MAXHOST> text{};
    const int status = ::getnameinfo(static_cast<sockaddr*>(static_cast<void*>(&own)),
                                     size,
                                     text.data(),
                                     text.size(),
                                     nullptr,
                                     0,
                                     NI_NUMERICHOST);
    if (status != 0) throw Error(ErrorKind::Internal, std::string("own address: ") + ::gai_strerror(status));
    std::string address = text.data();
    constexpr std::string_view mapped = "::ffff:";  // an IPv4 address on an IPv6 socket
    return address.starts_with(mapped) ? address.substr(mapped.size()) : address;
}

}  // namespace dbackup::redis
