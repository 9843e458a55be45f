#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/export.h>

namespace dbackup::sdk {

// Names of objects as targets see them that keep objects as files in folders.

/// The '/'-separated parts of an object's name. Thread-safe.
/// @throws Error Settings for a name that could lead out of the target's folder, that no file can have (255
/// bytes a part), that has a control character, or that looks like a temporary one
DBACKUP_SDK_EXPORT std::vector<std::string> partsOf(std::string_view name);

/// ".<part>.<16 random hex digits>.partial": the name under which an object is written before it is complete;
/// no longer than a file's name may be. Thread-safe.
DBACKUP_SDK_EXPORT std::string temporaryNameFor(std::string_view part);
/// Listings leave such names out. Thread-safe.
DBACKUP_SDK_EXPORT bool isTemporaryName(std::string_view part) noexcept;

}  // namespace dbackup::sdk
