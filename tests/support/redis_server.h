#pragma once

#include <memory>
#include <string>
#include <vector>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real Redis server of one test, on a free loopback port, that goes with the object. Its password is
/// "secret". [one thread]
class RedisServer {
public:
    /// @param configuration  more lines of redis.conf; @FOLDER@ stands for the server's folder
    explicit RedisServer(const std::string& configuration = {});
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;
    ~RedisServer() = default;

    std::string port() const { return std::to_string(port_); }
    const TempDir& folder() const { return folder_; }
    /// Ends it as a crash would.
    void kill();
    /// What redis-cli prints for one command.
    std::string command(const std::vector<std::string>& words);
    /// Commands as redis-cli reads them, one a line. Throws when one is refused.
    void commands(const std::string& lines);
    /// Every key of every database with its type, content and time of expiry, in an order of its own.
    std::string content();
    /// The rows of INFO that begin so.
    std::string info(const std::string& beginning);
    /// Settings of the engine for this server.
    sdk::Settings settings(const std::string& more = {}) const;

private:
    bool start(const std::string& configuration);
    std::string client(const std::vector<std::string>& arguments, const std::string& input);

    TempDir folder_;
    RecordingRun run_;
    int port_ = 0;
    bool tls_ = false;
    std::unique_ptr<sdk::Subprocess> process_;
};

}  // namespace dbackup::test
