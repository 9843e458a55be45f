#pragma once

#include <chrono>
#include <string>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::rsync {

enum class Login { None = 0, Password, PrivateKey, Agent };

/// How the server is reached. Immutable, so thread-safe.
struct RsyncSettings {
    /// @throws Error Settings
    explicit RsyncSettings(const sdk::Settings& settings);

    /// For people: "user@host:/folder/name".
    std::string fullName(const std::string& name) const;
    /// A path on the server, such that neither rsync nor a shell reads anything into it.
    std::string pathOf(const std::string& name) const;

    std::string host;
    int port;
    std::string username;
    Login login;
    sdk::SecretString password;
    sdk::SecretString private_key;
    sdk::SecretString passphrase;
    std::string agent_socket;
    std::string prefix;  ///< without a slash at its end; empty = the user's home
    std::string fingerprint;
    bool any_host_key;
    std::chrono::seconds connect_timeout;
    std::chrono::seconds idle_timeout;
    bool fsync;
};

/// A name as the server's files have it: without the characters that rsync would take for wildcards.
std::string serverName(const std::string& name);
std::string ourName(const std::string& server_name);

}  // namespace dbackup::rsync
