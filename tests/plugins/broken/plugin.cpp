#include <dbackup/sdk/plugin.h>

#include "broken_engine.h"
#include "broken_target.h"
#include "settings_schema.h"

namespace {

using dbackup::sdk::component;

constexpr auto engine = component<BrokenEngine>("broken-engine",
                                                "Broken engine",
                                                settings_schema,
                                                R"({"formats":["bin"],"globals":true,"restore":true})");
constexpr auto target =
    component<BrokenTarget>("broken-target", "Broken target", settings_schema, R"({"ranges":true})");
constexpr const dbackup_component* components[] = {&engine, &target, nullptr};

}  // namespace

DBACKUP_PLUGIN("broken", "1.0", components)
