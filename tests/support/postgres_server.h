#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real PostgreSQL server of one test program, on a free loopback port, that goes with the object
/// (tests/support/servers/postgres.sh). [one thread]
class PostgresServer {
public:
    /// @param options  of the server, such as "-c wal_level=replica"
    explicit PostgresServer(std::string options = {});
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    ~PostgresServer();

    void start();
    /// @param mode  "fast" or "immediate"
    void stop(const std::string& mode = "fast");

    /// Adds lines to postgresql.conf, and before all others to pg_hba.conf, and starts it again.
    void configure(const std::string& settings, const std::string& access = {});
    /// Where its data is; its owner is who runs it.
    const std::string& dataFolder() const { return environment_.at("PGDATADIR"); }

    const std::string& port() const { return environment_.at("PGPORT"); }
    /// Runs statements with psql as the superuser; gives the rows without headings. Throws on any error.
    std::string sql(const std::string& database, const std::string& statements);
    /// Runs a PostgreSQL program on a database and gives its output. Throws when it fails.
    std::string tool(const std::string& name,
                     const std::string& database,
                     const std::vector<std::string>& arguments,
                     const std::string& input = {});
    /// The same as a command, for who runs it beside something else.
    sdk::Command command(const std::string& name,
                         const std::string& database,
                         const std::vector<std::string>& arguments) const;
    /// Everything in a database as text: its schema and each row of each table and large object, in an order
    /// that depends on the content alone.
    std::string content(const std::string& database);
    /// Settings of the engine for an account of this server.
    sdk::Settings settings(const std::string& user = "postgres",
                           const std::string& password = "secret",
                           const std::string& more = {}) const;

private:
    std::string script(const std::string& command,
                       const std::map<std::string, std::string>& environment = {});
    void readEnvironment();

    const std::string options_;
    TempDir folder_;
    RecordingRun run_;
    std::map<std::string, std::string> environment_;
};

}  // namespace dbackup::test
