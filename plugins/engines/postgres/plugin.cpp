#include <dbackup/sdk/plugin.h>

#include "postgres_engine.h"
#include "settings_schema.h"

namespace {

using dbackup::postgres::PostgresEngine;

constexpr const char capabilities[] =
    R"json({"formats":["dump","sql","tar"],"globals":true,"restore":true,"selection":true,"owners":true})json";

constinit const dbackup_component engine =
    dbackup::sdk::component<PostgresEngine>("postgres", "PostgreSQL", settings_schema, capabilities);

constinit const dbackup_component* const components[] = {&engine, nullptr};

}  // namespace

DBACKUP_PLUGIN("postgres", "0.1.0", components)
