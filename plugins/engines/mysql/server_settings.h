#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::mysql {

/// How much of TLS a connection insists on, in the words of mysql's --ssl-mode.
enum class TlsMode { None = 0, Disabled, Preferred, Required, VerifyCa, VerifyIdentity };

/// How to reach a server. Immutable.
struct ServerSettings {
    /// @throws Error Settings when the settings contradict each other
    explicit ServerSettings(const sdk::Settings& settings);

    std::string host;    ///< empty when a socket is used
    std::string socket;  ///< path of a Unix socket, or empty
    unsigned port = 0;
    std::string user;
    sdk::SecretString password;
    std::vector<std::string> databases;
    TlsMode tls = TlsMode::Preferred;
    std::string tls_ca;
    std::string tls_cert;
    std::string tls_key;
    std::chrono::seconds connect_timeout;
    bool physical = false;    ///< the whole server by its files, instead of databases as SQL
    std::string data_folder;  ///< where a physical backup is restored to

    /// "host:port" or the socket, for messages.
    std::string place() const;
    /// The content of an option file that tells a vendor tool all of this.
    /// @param mariadb  MariaDB's tools and MySQL's have different options for TLS
    sdk::SecretString optionFile(bool mariadb) const;
};

}  // namespace dbackup::mysql
