#include <dbackup/sdk/plugin.h>

#include "local_target.h"
#include "settings_schema.h"

namespace {

constexpr const char* capabilities = R"json({"ranges": true})json";

constexpr dbackup_component target = dbackup::sdk::component<dbackup::local::LocalTarget>(
    "local-filesystem", "Local folder", settings_schema, capabilities);
constexpr const dbackup_component* components[] = {&target, nullptr};

}  // namespace

DBACKUP_PLUGIN("local-filesystem", "0.1.0", components)
