#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/model/manifest.h"
#include "core/pipeline/destination.h"
#include "core/worker/run.h"

namespace dbackup::worker {

/// Reads every object back and compares size and SHA-256 with what was stored.
/// @param stage  is told of the bytes
/// @throws Error Integrity, NotFound, Unavailable, Cancelled: the first fault
void verifyObjects(const pipeline::Destination& where,
                   const std::vector<ManifestObject>& objects,
                   const std::string& path,
                   Stage& stage);

/// verifyObjects() on every destination that has not failed, each on a thread of its own. A fault fails its
/// destination.
/// @param stop  once it is requested, what goes wrong is nobody's fault
void verifyEverywhere(const std::vector<pipeline::Destination*>& destinations,
                      const std::vector<ManifestObject>& objects,
                      const std::string& path,
                      const std::stop_token& stop,
                      Stage& stage);

}  // namespace dbackup::worker
