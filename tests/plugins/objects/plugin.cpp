#include <dbackup/sdk/plugin.h>

#include "http_target.h"
#include "settings_schema.h"

namespace {

constexpr auto target = dbackup::sdk::component<HttpTarget>(
    "http-objects", "Object server", settings_schema, R"({"ranges":true})");
constexpr const dbackup_component* components[] = {&target, nullptr};

}  // namespace

DBACKUP_PLUGIN("objects", "1.0", components)
