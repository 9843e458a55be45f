#include <dbackup/sdk/plugin.h>

#include "firebird_engine.h"
#include "settings_schema.h"

namespace {

constinit const dbackup_component firebird = dbackup::sdk::component<dbackup::firebird::FirebirdEngine>(
    "firebird", "Firebird", settings_schema, R"json({"formats":["fbk"],"restore":true})json");

constinit const dbackup_component* const components[] = {&firebird, nullptr};

}  // namespace

DBACKUP_PLUGIN("firebird", "0.1.0", components)
