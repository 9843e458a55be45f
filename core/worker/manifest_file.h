#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/model/manifest.h"
#include "core/pipeline/destination.h"
#include "core/pipeline/fan_out.h"

namespace dbackup::worker {

/// Reads a small object whole.
/// @throws Error NotFound, Integrity (larger than any manifest), what the target throws
std::string readObject(const pipeline::Destination& where, const std::string& name);

/// @throws Error Settings unless it is "<job>/<backup>"
void requireBackupPath(const std::string& path);
/// Name of a backup's manifest. @param path  "<job>/<backup>"
std::string manifestName(const std::string& path);

/// Reads and checks the manifest of a backup. @throws Error as readObject() and parseManifest()
Manifest readManifest(const pipeline::Destination& where, const std::string& path);

/// The manifest of a backup that a user names, as text and parsed.
/// @throws Error NotFound that names the backup
std::string readBackupText(const pipeline::Destination& where, const std::string& path);
Manifest readBackup(const pipeline::Destination& where, const std::string& path);
/// The object, or the one that has such a volume, of a backup that a user names.
/// @throws Error NotFound with the names of those that there are
const ManifestObject& objectOf(const Manifest& manifest, const std::string& name);

/// Writes a manifest and reads it back. The destination remembers its name.
/// @throws Error Integrity when something else is read than was written; what the target throws
void writeManifest(pipeline::Destination& where, const Manifest& manifest, const std::string& text);

/// Removes what a run stored at a destination, as far as possible; what stays is logged as a warning.
/// @param run  of the removal: it works on when the run itself was stopped
/// @param which  chooses among the names; empty = all
void removeStored(const pipeline::Destination& where,
                  sdk::RunContext& run,
                  const std::function<bool(const std::string&)>& which = {});

/// The volumes of an object, named below the destination's root.
std::vector<pipeline::Volume> volumesOf(const ManifestObject& object, const std::string& path);

}  // namespace dbackup::worker
