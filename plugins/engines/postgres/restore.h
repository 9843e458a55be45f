#pragma once

#include <functional>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/subprocess.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// Looks at the server and changes nothing. That the roles are there which the objects belong to is seen by
/// restoreDatabase() only: the same restore may make them first.
/// @throws Error AlreadyExists, Unsupported, Permission, ToolMissing: the restore would be refused
void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run);

/// Restores into a database that comes into being under a name of its own, takes the real one when it is
/// whole (in place of one that is there, which stays as it is until then), and is removed when that fails.
/// @param fill  fills it with the tool that it is given; told whether only parts of the archive are wanted
void restoreNew(const ServerSettings& server,
                const sdk::RestoreRequest& request,
                sdk::RunContext& run,
                const std::function<void(const sdk::Command&, bool)>& fill);

/// Restores a database. A new one comes into being under a name of its own, takes the real one when it is
/// whole (in place of the old one, which stays as it is until then), and is removed when the restore fails.
/// One that is there and empty is filled in a single transaction.
void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run);

/// Runs the script of pg_dumpall --globals-only, see GlobalsScript.
void restoreGlobals(const ServerSettings& server,
                    const sdk::RestoreRequest& request,
                    sdk::ByteSource& source,
                    sdk::RunContext& run);

}  // namespace dbackup::postgres
