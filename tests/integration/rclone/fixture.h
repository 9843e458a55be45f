#pragma once

#include <filesystem>
#include <string>

#include <dbackup/sdk/settings.h>

#include "tests/support/recording_run.h"
#include "tests/support/target_calls.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// Settings with the configuration as text. @param more  further members, beginning with a comma
sdk::Settings rcloneSettings(const std::string& remote,
                             const std::string& config,
                             const std::string& more = {});
/// rclone's configuration of a remote "folder" that is a folder of this machine.
std::string folderConfig(const std::filesystem::path& folder);

}  // namespace dbackup::test
