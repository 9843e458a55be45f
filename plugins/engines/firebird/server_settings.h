#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::firebird {

/// How to reach a server. Immutable.
struct ServerSettings {
    /// @throws Error Settings when a value cannot be handed to Firebird's tools
    explicit ServerSettings(const sdk::Settings& settings);

    std::string host;
    unsigned port = 0;
    std::string user;
    sdk::SecretString password;
    std::string role;
    std::vector<std::string> databases;
    std::string wire_crypt;  ///< as firebird.conf spells it; empty = not ours to say
    std::chrono::seconds connect_timeout;

    /// "host:port", for messages.
    std::string place() const;
    /// "host/port:database", as the tools want it.
    std::string address(const std::string& database) const;
};

}  // namespace dbackup::firebird
