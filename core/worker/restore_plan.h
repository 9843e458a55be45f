#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>

#include "core/model/manifest.h"
#include "core/protocol/messages.h"

namespace dbackup::worker {

/// One call of an engine's: restore(), or restoreObjects() of a database that has several objects.
struct RestoreStep {
    std::vector<ManifestObject> objects;
    sdk::RestoreRequest request;
};

/// "database 'shop'" (the name to restore into) | "globals"
std::string titleOf(const RestoreStep& step);

/// What a restore will do, in order: the globals first where they are asked for.
/// @throws Error NotFound (a database that the backup does not have, with those that it has), Unsupported (of
/// no source of the target's engine), Settings (two databases into one, a database of several sources, parts
/// of several databases)
std::vector<RestoreStep> planRestore(const protocol::RestoreRequest& request, const Manifest& manifest);

}  // namespace dbackup::worker
