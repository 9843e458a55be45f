#include <dbackup/sdk/plugin.h>

#include "settings_schema.h"
#include "sqlite_engine.h"

namespace {

using dbackup::sqlite::SqliteEngine;

constexpr const char capabilities[] = R"json({"formats":["sqlite"],"restore":true})json";

constinit const dbackup_component engine =
    dbackup::sdk::component<SqliteEngine>("sqlite", "SQLite", settings_schema, capabilities);

constinit const dbackup_component* const components[] = {&engine, nullptr};

}  // namespace

DBACKUP_PLUGIN("sqlite", "0.1.0", components)
