#include <dbackup/sdk/plugin.h>

#include "mysql_engine.h"
#include "settings_schema.h"

namespace {

using dbackup::mysql::MysqlEngine;

constexpr const char capabilities[] =
    R"json({"formats":["sql","xbstream"],"globals":true,"restore":true})json";

constinit const dbackup_component mysql =
    dbackup::sdk::component<MysqlEngine>("mysql", "MySQL", settings_schema, capabilities);
constinit const dbackup_component mariadb =
    dbackup::sdk::component<MysqlEngine>("mariadb", "MariaDB", settings_schema, capabilities);

constinit const dbackup_component* const components[] = {&mysql, &mariadb, nullptr};

}  // namespace

DBACKUP_PLUGIN("mysql", "0.1.0", components)
