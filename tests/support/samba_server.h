#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real smbd of one test, on a free loopback port, that goes with the object. It has a share "bk" and one
/// "readonly" of the same folder, for the account "dbackupsmb" with the password "secret-word". Needs root,
/// as smbd does, which becomes that Unix user. [one thread]
class SambaServer {
public:
    /// @param configuration  more lines of smb.conf's section [global]
    explicit SambaServer(std::string configuration = {});
    SambaServer(const SambaServer&) = delete;
    SambaServer& operator=(const SambaServer&) = delete;
    ~SambaServer() = default;

    static std::string user() { return "dbackupsmb"; }
    static std::string password() { return "secret-word"; }
    int port() const noexcept { return port_; }
    /// The share's folder.
    std::filesystem::path folder() const { return folder_ / "share"; }
    /// Ends it and all its connections as a crash would.
    void kill();
    void restart();

    /// Settings of a target for this server, as JSON. @param more  further members, beginning with a comma
    std::string settingsText(const std::string& more = {}, const std::string& share = "bk") const;

private:
    void makeUser() const;
    void configure() const;
    bool start();
    std::string inFolder(const std::string& name) const { return (folder_ / name).string(); }

    TempDir folder_;
    RecordingRun run_;
    std::string configuration_;
    int port_ = 0;
    std::unique_ptr<sdk::Subprocess> process_;
};

}  // namespace dbackup::test
