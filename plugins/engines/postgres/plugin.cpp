#include <dbackup/sdk/plugin.h>

#include "postgres_engine.h"
#include "settings_schema.h"

namespace {

using dbackup::postgres::PostgresEngine;

constexpr const char capabilities[] = R"json({
  "formats": ["dump", "sql"], "globals": true, "restore": true,
  "restoreOptions": {
    "type": "object",
    "properties": {
      "schemas": {
        "type": "array", "items": { "type": "string", "minLength": 1, "maxLength": 63 }, "default": [],
        "description": "Only what is in these schemas."
      },
      "tables": {
        "type": "array", "items": { "type": "string", "minLength": 1, "maxLength": 63 }, "default": [],
        "description": "Only these tables, views and sequences, without indexes and constraints."
      },
      "owner": {
        "type": "string", "maxLength": 63, "default": "",
        "description": "The role that everything shall belong to, in place of the owners that it had."
      }
    },
    "additionalProperties": false
  }
})json";

constinit const dbackup_component engine =
    dbackup::sdk::component<PostgresEngine>("postgres", "PostgreSQL", settings_schema, capabilities);

constinit const dbackup_component* const components[] = {&engine, nullptr};

}  // namespace

DBACKUP_PLUGIN("postgres", "0.1.0", components)
