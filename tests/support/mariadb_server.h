#pragma once

#include <map>
#include <string>
#include <vector>

#include <dbackup/sdk/settings.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real MariaDB server of one test program, on a free loopback port, that goes with the object
/// (tests/support/servers/mariadb.sh). [one thread]
class MariadbServer {
public:
    /// @param options  more options of the server, separated by spaces
    explicit MariadbServer(std::string options = {});
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;
    ~MariadbServer();

    void start();
    void stop();
    /// Ends it as a crash would.
    void kill();

    const std::string& port() const { return environment_.at("MARIADB_PORT"); }
    const std::string& socket() const { return environment_.at("MARIADB_SOCKET"); }
    /// Its data folder.
    const std::string& data() const { return environment_.at("MARIADB_DATA"); }
    /// Runs statements as root; gives the rows without headings, columns separated by tabs, binary columns in
    /// hexadecimal. Throws on any error.
    std::string sql(const std::string& database, const std::string& statements);
    /// The same by TCP, as another account.
    std::string sqlAs(const std::string& user, const std::string& password, const std::string& statements);
    /// Everything in a database as text: what each object was made by, and each row of each table, history
    /// included, in an order that depends on the content alone.
    std::string content(const std::string& database);
    /// Settings of the engine for an account of this server.
    sdk::Settings settings(const std::string& user = "admin",
                           const std::string& password = "secret",
                           const std::string& more = {}) const;

private:
    std::string script(const std::string& command);
    std::string client(const std::vector<std::string>& arguments, const std::string& statements);
    std::string definitions(const std::string& database);
    std::string rows(const std::string& database);
    std::vector<std::string> lines(const std::string& database, const std::string& statements);

    TempDir folder_;
    RecordingRun run_;
    std::string options_;
    std::map<std::string, std::string> environment_;
};

}  // namespace dbackup::test
