#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/unique_fd.h>

#include "server_settings.h"

namespace dbackup::redis {

/// A TCP connection, with TLS or without, whose every wait ends when the run is stopped. [one thread]
class Wire {
public:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    /// Connects, within the settings' time-out.
    /// @param server  must outlive the object, as must run
    /// @throws Error Unavailable, Settings, Authentication (certificates)
    Wire(const ServerSettings& server, sdk::RunContext& run);
    /// Takes a connection that was accepted, without TLS.
    Wire(sdk::UniqueFd socket, std::string name, sdk::RunContext& run);
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() = default;

    /// Fills a part of the span; 0 is the end of the connection.
    /// @throws Error Unavailable (broken, or past the deadline), Cancelled
    std::size_t read(std::span<std::byte> into, Deadline deadline = {});
    /// Writes all. @throws Error Unavailable, Cancelled
    void write(std::span<const std::byte> bytes, Deadline deadline = {});
    void write(std::string_view text, Deadline deadline = {});

    /// Has the other side closed? Drops what it has said meanwhile. Not for TLS.
    bool hasEnded();
    /// The address of our side, "192.0.2.7" or "2001:db8::7".
    std::string ownAddress() const;
    /// For messages.
    const std::string& name() const noexcept { return name_; }

private:
    struct FreeContext {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };
    struct FreeSsl {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };

    void connect(const ServerSettings& server, Deadline deadline);
    void startTls(const ServerSettings& server, Deadline deadline);
    void makeContext(const ServerSettings& server);
    /// What is to be waited for after an SSL call said no. @throws Error when it failed
    short wantedBy(int result, const char* what) const;
    void wait(short events, Deadline deadline) const;
    [[noreturn]] void broken(const std::string& why) const;

    sdk::RunContext* run_;
    std::string name_;
    sdk::UniqueFd socket_;
    std::unique_ptr<SSL_CTX, FreeContext> context_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace dbackup::redis
