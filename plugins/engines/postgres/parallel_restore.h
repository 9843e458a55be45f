#pragma once

#include <dbackup/sdk/engine_extensions.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// Restores a database that dumpInParallel() dumped: its definitions, then the data by several connections at
/// a time, then indexes and constraints. It comes into being under a name of its own and takes the real one
/// when it is whole, also in place of an empty one.
void restoreInParallel(const ServerSettings& server,
                       const sdk::RestoreRequest& request,
                       sdk::DumpInput& input,
                       sdk::RunContext& run);

}  // namespace dbackup::postgres
