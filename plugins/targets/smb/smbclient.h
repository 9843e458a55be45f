#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "smb_settings.h"

namespace dbackup::smb {

/// Where smbclient's own words go.
enum class Words { None = 0, ToOutput, ToErrors };

/// smbclient on one share: a process for each call, since Samba's library waits without an end that one could
/// interrupt. Names are those of objects. [thread-safe]
class Smbclient {
public:
    explicit Smbclient(const sdk::Settings& settings) : settings_(settings) {}

    const SmbSettings& settings() const noexcept { return settings_; }
    /// The path on the share, '/'-separated.
    std::string pathOf(const std::string& name) const;

    /// smbclient with these commands of its own. @throws Error ToolMissing
    sdk::Command command(const std::string& commands, Words words, sdk::RunContext& run) const;
    /// Runs them to their end, whose status is that of the last. @return what it said  @throws Error
    std::string runToEnd(const std::string& commands, const std::string& what, sdk::RunContext& run) const;

    std::optional<sdk::ObjectInfo> stat(const std::string& name, sdk::RunContext& run) const;
    /// What is free where an object is; nothing when the server does not tell. @throws Error
    std::optional<std::uint64_t> freeBytesAt(const std::string& name, sdk::RunContext& run) const;
    /// Gives an object another name, in one step of the server.
    /// @throws Error AlreadyExists when it is taken and not to be replaced
    void rename(const std::string& from, const std::string& to, bool replace, sdk::RunContext& run) const;
    /// @return false when it was not there
    bool remove(const std::string& name, sdk::RunContext& run) const;
    /// The same. @throws Error Unavailable when it takes longer
    bool removeWithin(std::chrono::milliseconds time, const std::string& name, sdk::RunContext& run) const;

private:
    std::string runWithin(std::chrono::milliseconds time,
                          const std::string& commands,
                          const std::string& what,
                          sdk::RunContext& run) const;

    const SmbSettings settings_;
};

}  // namespace dbackup::smb
