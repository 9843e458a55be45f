#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <mysql.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>

#include "server_settings.h"
#include "server_version.h"

namespace dbackup::mysql {

/// What the server says it will not do, beside the SDK's kind of it.
class ServerError final : public sdk::Error {
public:
    ServerError(const sdk::Error& error, unsigned number) : Error(error), number_(number) {}
    /// The server's or the client library's error number; 1146 = no such table.
    unsigned number() const noexcept { return number_; }

private:
    unsigned number_;
};

/// A connection by libmariadb whose every wait ends when the run is stopped. [one thread]
class Connection {
public:
    /// @param server  must outlive the object, as must run
    /// @throws Error Authentication, Permission, Unavailable, Settings
    Connection(const ServerSettings& server, sdk::RunContext& run);

    using Row = std::vector<std::string>;  ///< NULL is ""
    /// @throws ServerError with the server's own words
    std::vector<Row> query(const std::string& sql);
    /// The first column of the first row, "" if there is none.
    std::string value(const std::string& sql);
    /// The first column of all rows.
    std::vector<std::string> column(const std::string& sql);

    const ServerVersion& version() const noexcept { return version_; }
    /// "MariaDB server db1:3306", for messages.
    std::string name() const;

private:
    struct Close {
        void operator()(MYSQL* connection) const noexcept { mysql_close(connection); }
    };
    void prepare();
    void connect();
    void requireTls();
    /// @return what the library waited for, to be handed to its next step
    int wait(int events, std::optional<std::chrono::steady_clock::time_point> deadline);
    ServerError failure(const std::string& what) const;

    const ServerSettings& server_;
    sdk::RunContext& run_;
    ServerVersion version_;
    std::unique_ptr<MYSQL, Close> connection_;
};

}  // namespace dbackup::mysql
