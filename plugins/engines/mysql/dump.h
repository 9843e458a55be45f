#pragma once

#include <string>

#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/subprocess.h>

#include "client_tools.h"
#include "server_settings.h"

namespace dbackup::mysql {

/// Dumps one database as one consistent snapshot of its transactional tables.
void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run);

/// What every call of the dump tool has in common, for one whole database: the options by which nothing of it
/// is left out and none of it changes on the way.
sdk::Command dumpCommand(const ClientTool& tool, const ServerSettings& server);

}  // namespace dbackup::mysql
