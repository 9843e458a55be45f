#pragma once

#include <dbackup/sdk/engine.h>

#include "server_settings.h"

namespace dbackup::firebird {

/// Would restoreDatabase() be refused? Changes nothing.
void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run);

/// Restores a database. One that is there is replaced only when the backup stands whole in another beside
/// it (docs/engines/firebird.md).
void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run);

}  // namespace dbackup::firebird
