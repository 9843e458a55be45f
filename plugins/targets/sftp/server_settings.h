#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::sftp {

enum class AuthType { None = 0, Password, PrivateKey, Agent };

/// How to reach the server and who we are there. A value.
struct ServerSettings {
    /// @throws Error Settings when something is missing
    explicit ServerSettings(const sdk::Settings& settings);

    /// "host:port", for messages.
    std::string name() const;

    std::string host;
    std::uint16_t port;
    std::string username;
    AuthType auth;
    sdk::SecretString password;
    sdk::SecretString private_key;
    sdk::SecretString passphrase;
    std::string agent_socket;  ///< empty: that of the environment
    std::string path_prefix;   ///< without a slash at its end; empty: the home
    std::string host_key;      ///< "SHA256:...", or empty
    bool accept_any_host_key;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds answer_timeout;
};

}  // namespace dbackup::sftp
