#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// "rclone serve webdav" of a private folder on a free loopback port, with the account "mail" and the
/// password "secret-word"; it goes with the object. [one thread]
class RcloneServer {
public:
    RcloneServer();
    RcloneServer(const RcloneServer&) = delete;
    RcloneServer& operator=(const RcloneServer&) = delete;
    ~RcloneServer() = default;

    int port() const noexcept { return port_; }
    std::filesystem::path folder() const { return folder_ / "served"; }
    /// rclone's configuration of a remote "dav" that leads there.
    std::string config() const { return configFor(port_, "secret-word"); }
    static std::string configFor(int port, const std::string& password);

private:
    bool start();

    TempDir folder_;
    RecordingRun run_;
    int port_ = 0;
    std::unique_ptr<sdk::Subprocess> process_;
};

/// A password as rclone's configuration keeps it.
std::string obscured(const std::string& password);

}  // namespace dbackup::test
