#pragma once

#include <string>
#include <vector>

#include "core/pipeline/destination.h"

namespace dbackup::worker {

/// Names of all objects of a backup's folder, whatever they are. @throws what the target throws
std::vector<std::string> objectsBelow(const pipeline::Destination& where, const std::string& path);

/// Removes objects, in few requests where the target can. Those that are not there are fine.
/// @return how many there were to remove
/// @throws Error of the first that cannot be removed, when all others have been tried
int removeObjects(const pipeline::Destination& where, const std::vector<std::string>& names);

}  // namespace dbackup::worker
