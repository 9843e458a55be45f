#pragma once

#include <dbackup/sdk/engine.h>

#include "server_settings.h"

namespace dbackup::mysql {

/// Looks at the server and changes nothing.
/// @throws Error AlreadyExists, Unsupported, Permission, ToolMissing: the restore would be refused
void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run);

/// Restores a database: straight into one that is missing or empty, which is as before when that fails; in
/// place of one with data by way of a temporary database, so that the old one stays as it is until the new
/// one is whole.
void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run);

}  // namespace dbackup::mysql
