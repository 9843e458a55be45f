#pragma once

#include <functional>
#include <string>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// Settings with the configuration as text. @param more  further members, beginning with a comma
sdk::Settings rcloneSettings(const std::string& remote,
                             const std::string& config,
                             const std::string& more = {});
/// rclone's configuration of a remote "folder" that is a folder of this machine.
std::string folderConfig(const std::filesystem::path& folder);

void put(sdk::StorageTarget& target,
         const std::string& name,
         const std::string& bytes,
         sdk::RunContext& run,
         sdk::IfExists if_exists = sdk::IfExists::Fail);
std::string get(sdk::StorageTarget& target,
                const std::string& name,
                sdk::RunContext& run,
                sdk::ByteRange range = {});
std::vector<std::string> listed(sdk::StorageTarget& target, const std::string& prefix, sdk::RunContext& run);
/// The error that an action ends with; fails the test when there is none.
sdk::Error errorOf(const std::function<void()>& action);

}  // namespace dbackup::test
