#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>

#include "core/protocol/messages.h"
#include "core/worker/components.h"
#include "core/worker/run.h"

namespace dbackup::worker {

/// One call of an engine's dump().
struct PlannedDump {
    std::size_t source = 0;  ///< index in the request
    sdk::DumpRequest request;
    std::uint64_t expected_bytes = 0;  ///< 0 = unknown

    bool isGlobals() const { return request.contents == "globals"; }
    /// "database 'shop'" or "globals", for people.
    std::string title() const;
};

/// What a backup will dump, and from what.
struct BackupPlan {
    std::vector<sdk::ServerInfo> servers;  ///< one for each source of the request
    std::vector<PlannedDump> dumps;
};

/// Connects to every source and lists what is to be dumped: the globals where the engine has them, and the
/// databases that were asked for, or all.
/// @throws Error NotFound when a source has no database at all; what the engines throw
BackupPlan planBackup(const protocol::BackupRequest& request, Run& run, Components& components);

}  // namespace dbackup::worker
