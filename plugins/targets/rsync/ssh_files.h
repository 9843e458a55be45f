#pragma once

#include <filesystem>
#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/subprocess.h>

#include "rsync_settings.h"

namespace dbackup::rsync {

/// A private folder of the run with all that one ssh needs: its configuration, the host's key, and the
/// secrets, which it cannot be given by descriptors since it closes those at its start. It goes with the
/// object.
class SshFiles {
public:
    /// @param known_hosts  empty = any host is accepted
    SshFiles(const RsyncSettings& settings, const std::string& known_hosts, sdk::RunContext& run);
    SshFiles(const SshFiles&) = delete;
    SshFiles& operator=(const SshFiles&) = delete;
    ~SshFiles();

    /// rsync's option -e. @param socket  of a shared connection, or empty
    std::string remoteShell(const std::string& ssh, const std::string& socket) const;
    /// Lets ssh ask for what it needs.
    void answerFor(sdk::Command& command) const;
    std::string at(const std::string& name) const { return (folder_ / name).string(); }

private:
    void write(const std::string& name, const std::string& content) const;
    std::string configuration(const RsyncSettings& settings, bool knows_host) const;

    sdk::RunContext& run_;
    std::filesystem::path folder_;
};

}  // namespace dbackup::rsync
