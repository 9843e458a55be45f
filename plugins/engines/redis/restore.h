#pragma once

#include <dbackup/sdk/engine.h>

#include "server_settings.h"

namespace dbackup::redis {

/// Changes nothing.
/// @throws Error AlreadyExists, Permission, Unsupported (a replica, a cluster node, too old), ...
void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run);

/// Has the server take the RDB file as the data of a master that it follows for as long as that takes
/// (REPLICAOF, then REPLICAOF NO ONE). Until the whole file is there, the server keeps what it had.
void restoreServer(const ServerSettings& server,
                   const sdk::RestoreRequest& request,
                   sdk::ByteSource& source,
                   sdk::RunContext& run);

}  // namespace dbackup::redis
