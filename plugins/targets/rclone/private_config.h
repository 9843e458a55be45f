#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/secret.h>

namespace dbackup::rclone {

/// A configuration that was given as text, with the tokens that rclone has renewed since. [thread-safe]
class ConfigText {
public:
    explicit ConfigText(sdk::SecretString text) : text_(std::move(text)) {}

    sdk::SecretString get() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    void set(sdk::SecretString text) {
        const std::lock_guard lock(mutex_);
        text_ = std::move(text);
    }

private:
    mutable std::mutex mutex_;
    sdk::SecretString text_;
};

/// The configuration as a file for one call of rclone, in the run's private folder; it goes with the object.
/// A file on disk and not an anonymous one, since rclone puts a new file in its place when it renews a token,
/// and tries for seconds when it cannot. [one thread]
class PrivateConfig {
public:
    /// All outlive it. Masks the configuration's secrets in the run's log.
    PrivateConfig(ConfigText& text, sdk::RunContext& run);
    PrivateConfig(const PrivateConfig&) = delete;
    PrivateConfig& operator=(const PrivateConfig&) = delete;
    /// Keeps what rclone has changed.
    ~PrivateConfig();

    std::string path() const { return (folder_ / "rclone.conf").string(); }

private:
    void keepChanges();

    ConfigText& text_;
    sdk::RunContext& run_;
    std::filesystem::path folder_;
};

}  // namespace dbackup::rclone
