#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::rclone {

/// How rclone is to be called. Immutable, so thread-safe.
struct RcloneSettings {
    /// @throws Error Settings when two configurations are given, or the remote is no name with a colon
    explicit RcloneSettings(const sdk::Settings& settings);

    /// The remote's address of an object or folder; of the whole remote for "".
    std::string addressOf(const std::string& name) const;

    std::string remote;  ///< "gdrive:backups/db", without a slash at its end unless its path is one
    std::string config_file;
    sdk::SecretString config;
    sdk::SecretString config_password;
    std::string ca_file;
    std::chrono::seconds connect_timeout;
    std::chrono::seconds idle_timeout;
};

/// The values in a configuration that nobody may see: tokens, passwords, keys. rclone.conf is an INI file.
std::vector<sdk::SecretString> secretsIn(const sdk::SecretString& config);

}  // namespace dbackup::rclone
