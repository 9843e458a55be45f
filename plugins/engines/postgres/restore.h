#pragma once

#include <dbackup/sdk/engine.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// @throws Error AlreadyExists, Unsupported, Permission: the restore would be refused
void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run);

/// Restores a database. One that is not there is made, and removed again when the restore fails. One that is
/// there and empty is filled in a single transaction. One that has data is replaced at the end by a whole new
/// one, and stays as it is until then.
void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run);

/// Runs the script of pg_dumpall --globals-only; roles that exist already keep their name and get the
/// recorded attributes.
void restoreGlobals(const ServerSettings& server,
                    const sdk::RestoreRequest& request,
                    sdk::ByteSource& source,
                    sdk::RunContext& run);

}  // namespace dbackup::postgres
