#pragma once

#include <map>
#include <string>
#include <vector>

#include <dbackup/sdk/settings.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real Firebird server of one test program, on a free loopback port, that goes with the object
/// (tests/support/servers/firebird.sh). [one thread]
class FirebirdServer {
public:
    /// @param configuration  more lines of its firebird.conf
    explicit FirebirdServer(std::string configuration = {});
    FirebirdServer(const FirebirdServer&) = delete;
    FirebirdServer& operator=(const FirebirdServer&) = delete;
    ~FirebirdServer();

    void start();
    void stop();
    /// Ends it as a crash would.
    void kill();

    const std::string& port() const { return environment_.at("FIREBIRD_PORT"); }
    /// The path of a database in the server's data folder.
    std::string path(const std::string& name) const { return environment_.at("FIREBIRD_DATA") + "/" + name; }
    /// All files in the data folder but the security database, in order, separated by spaces.
    std::string files() const;
    /// Creates a database in UTF8 and runs statements in it.
    void create(const std::string& path, const std::string& statements = {});
    /// Runs statements as SYSDBA, in UTF8, and gives what isql prints. Throws on any error.
    std::string sql(const std::string& path, const std::string& statements);
    /// The first value of a SELECT, trimmed.
    std::string value(const std::string& path, const std::string& select);
    /// Everything in a database as text: the metadata as isql extracts it, and each row of each table, blobs
    /// included, in an order that depends on the content alone.
    std::string content(const std::string& path);
    /// Settings of the engine for an account of this server.
    sdk::Settings settings(const std::string& user = "SYSDBA",
                           const std::string& password = "secret",
                           const std::string& more = {}) const;

private:
    std::string script(const std::string& command);
    std::string isql(const std::vector<std::string>& arguments, const std::string& statements);
    std::string rows(const std::string& path);

    TempDir folder_;
    RecordingRun run_;
    std::string configuration_;
    std::map<std::string, std::string> environment_;
};

}  // namespace dbackup::test
