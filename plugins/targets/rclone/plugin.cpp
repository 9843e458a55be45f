#include <dbackup/sdk/plugin.h>

#include "rclone_target.h"
#include "settings_schema.h"

namespace {

constexpr const char* capabilities = R"json({"ranges": true})json";

constexpr dbackup_component target = dbackup::sdk::component<dbackup::rclone::RcloneTarget>(
    "rclone", "rclone remote", settings_schema, capabilities);
constexpr const dbackup_component* components[] = {&target, nullptr};

}  // namespace

DBACKUP_PLUGIN("rclone", "0.1.0", components)
