#pragma once

#include <string>

#include <dbackup/sdk/streams.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// Dumps one database. @param format  "dump" (pg_dump's custom archive, not compressed) | "sql"
void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  const std::string& format,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run);

/// Dumps roles and tablespaces; without the roles' passwords where the account may not read them.
void dumpGlobals(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run);

}  // namespace dbackup::postgres
