#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "private_config.h"
#include "rclone_settings.h"

namespace dbackup::rclone {

/// What a remote can do; "rclone backend features" tells.
struct Features {
    bool complete_only = false;  ///< an upload is visible only when it is complete: an object store
    bool can_move = false;       ///< on the server
    bool has_hashes = false;     ///< kept by the server, so that asking for one does not read the object
};

/// One call of rclone, to be kept until its process has ended.
struct Call {
    std::unique_ptr<PrivateConfig> config;  ///< of a configuration that was given as text
    sdk::Command command;
};

/// rclone with one remote. [thread-safe]
class Rclone {
public:
    explicit Rclone(const sdk::Settings& settings);

    const RcloneSettings& settings() const noexcept { return settings_; }
    std::string addressOf(const std::string& name) const { return settings_.addressOf(name); }

    /// "rclone WORDS" with the configuration and time-outs.
    /// @throws Error ToolMissing
    Call call(std::vector<std::string> words, sdk::RunContext& run);
    /// Runs it to its end. @param what  "cannot remove gdrive:a"  @return its output  @throws Error
    std::string runToEnd(std::vector<std::string> words, const std::string& what, sdk::RunContext& run);

    /// Asks the remote once.
    Features features(sdk::RunContext& run);
    std::optional<sdk::ObjectInfo> stat(const std::string& name, sdk::RunContext& run);
    /// Gives an object another name, on the server.
    void move(const std::string& from, const std::string& to, sdk::RunContext& run);
    /// @return false when it was not there
    bool remove(const std::string& name, sdk::RunContext& run);
    /// Removes what may be there; a killed upload may have left it or not.
    /// @throws Error Unavailable when it takes longer
    void removeWithin(const std::string& name, std::chrono::milliseconds time, sdk::RunContext& run);

private:
    const RcloneSettings settings_;
    ConfigText config_text_;
    std::mutex mutex_;
    std::optional<Features> features_;  ///< guarded by mutex_
};

}  // namespace dbackup::rclone
