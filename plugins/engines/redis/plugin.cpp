#include <dbackup/sdk/plugin.h>

#include "redis_engine.h"
#include "settings_schema.h"

namespace {

using dbackup::redis::RedisEngine;

constexpr const char capabilities[] = R"json({"formats":["rdb"],"restore":true})json";

constinit const dbackup_component redis =
    dbackup::sdk::component<RedisEngine>("redis", "Redis", settings_schema, capabilities);
constinit const dbackup_component valkey =
    dbackup::sdk::component<RedisEngine>("valkey", "Valkey", settings_schema, capabilities);

constinit const dbackup_component* const components[] = {&redis, &valkey, nullptr};

}  // namespace

DBACKUP_PLUGIN("redis", "0.1.0", components)
