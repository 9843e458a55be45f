#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::postgres {

/// How to reach a server. Immutable.
struct ServerSettings {
    explicit ServerSettings(const sdk::Settings& settings);

    std::string host;
    std::string port;
    std::string user;
    sdk::SecretString password;
    std::vector<std::string> databases;
    std::vector<std::string> exclusions;  ///< arguments of pg_dump that leave something out
    std::string sslmode;
    std::string ssl_root_cert;
    std::string ssl_cert;
    std::string ssl_key;
    std::chrono::seconds connect_timeout;
    bool physical;            ///< the files of the whole cluster, not databases one by one
    std::string data_folder;  ///< that a physical backup is restored into; empty = none is set
    std::size_t parallel;     ///< connections that carry the data of one database, one at least

    /// "host:port", for messages.
    std::string place() const { return host + ":" + port; }
    /// Tells a vendor tool all of this, the password by an anonymous file only.
    void applyTo(sdk::Command& command) const;
};

/// "dbname='...'", an argument that no odd name can turn into an option.
std::string databaseArgument(const std::string& database);

}  // namespace dbackup::postgres
