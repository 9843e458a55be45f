#include <dbackup/sdk/plugin.h>

#include "rsync_target.h"
#include "settings_schema.h"

namespace {

constexpr const char* capabilities = R"json({"ranges": true})json";

constexpr dbackup_component target = dbackup::sdk::component<dbackup::rsync::RsyncTarget>(
    "rsync", "rsync over SSH", settings_schema, capabilities);
constexpr const dbackup_component* components[] = {&target, nullptr};

}  // namespace

DBACKUP_PLUGIN("rsync", "0.1.0", components)
