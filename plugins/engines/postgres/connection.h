#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// A connection by libpq whose every wait ends when the run is stopped. [one thread]
class Connection {
public:
    /// @throws Error Authentication, Permission, NotFound (no such database), Unavailable
    Connection(const ServerSettings& server, const std::string& database, sdk::RunContext& run);

    using Row = std::vector<std::string>;  ///< NULL is ""
    /// @throws Error by SQLSTATE; the message has the server's own words
    std::vector<Row> query(const std::string& sql, const std::vector<std::string>& parameters = {});
    /// The first column of the first row, "" if there is none.
    std::string value(const std::string& sql, const std::vector<std::string>& parameters = {});

    /// 150020 for 15.20.
    int serverVersion() const { return PQserverVersion(connection_.get()); }
    int serverMajor() const { return serverVersion() / 10000; }
    /// "15.20", as the server says.
    std::string serverVersionText() const;

private:
    struct Close {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    void connect();
    void wait(short events, std::chrono::steady_clock::time_point deadline, const char* what);
    sdk::Error failure(const std::string& what, const std::string& words) const;

    const ServerSettings& server_;
    std::string database_;
    sdk::RunContext& run_;
    std::unique_ptr<PGconn, Close> connection_;
};

/// Connects to a database that every server has, for what concerns the server.
/// @param not_this  a database to keep away from, as it is to be dropped
Connection connectToServer(const ServerSettings& server,
                           sdk::RunContext& run,
                           const std::string& not_this = {});

}  // namespace dbackup::postgres
