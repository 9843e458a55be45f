#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::redis {

/// How much of TLS a connection insists on.
enum class TlsMode { None = 0, Disabled, Required, VerifyCa, VerifyIdentity };

/// How to reach a server. Immutable.
struct ServerSettings {
    /// @throws Error Settings when the settings contradict each other
    explicit ServerSettings(const sdk::Settings& settings);

    std::string host;
    std::uint16_t port;
    std::string username;
    sdk::SecretString password;
    TlsMode tls;
    std::string tls_ca;
    std::string tls_cert;
    std::string tls_key;
    std::string restore_host;
    std::uint16_t restore_port;
    std::chrono::seconds connect_timeout;

    /// "Redis server db1:6379", for messages.
    std::string name() const;
};

}  // namespace dbackup::redis
