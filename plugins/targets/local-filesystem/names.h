#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbackup::local {

/// The parts of an object's name.
/// @throws Error Settings for a name that could lead out of the base folder, that no file can have, or that
/// looks like
///         a temporary one
std::vector<std::string> partsOf(std::string_view name);

/// ".<part>.<16 hex digits>.partial": the name under which a file is written before it is complete.
std::string temporaryNameFor(std::string_view part);
bool isTemporaryName(std::string_view part);

}  // namespace dbackup::local
