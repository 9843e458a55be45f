#pragma once

#include <map>
#include <string>

#include "connection.h"
#include "server_settings.h"

namespace dbackup::redis {

/// Makes a server a replica of ours, and what it was before when the object goes, whatever happened. [one
/// thread]
class Followed {
public:
    /// @param connection  to the server; must outlive the object, as must settings and run
    Followed(Connection& connection, const ServerSettings& server, sdk::RunContext& run);
    Followed(const Followed&) = delete;
    Followed& operator=(const Followed&) = delete;
    ~Followed();

    /// Has the server follow a master. @param password  that the master asks for
    void follow(const std::string& host, std::uint16_t port, const sdk::SecretString& password);
    /// Has it follow nobody, with its own configuration again. Waits while it loads.
    void release();

private:
    void set(const std::string& parameter, const std::string& value);
    void giveBack(Connection& connection);

    Connection& connection_;
    const ServerSettings& server_;
    sdk::RunContext& run_;
    std::map<std::string, std::string> before_;  // configuration that was changed
    bool follows_ = false;
};

}  // namespace dbackup::redis
