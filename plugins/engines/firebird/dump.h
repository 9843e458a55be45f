#pragma once

#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>

#include "server_settings.h"

namespace dbackup::firebird {

/// Dumps one database with gbak, in one snapshot transaction.
/// @param database  an alias, or a path on the server's machine
void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run);

}  // namespace dbackup::firebird
