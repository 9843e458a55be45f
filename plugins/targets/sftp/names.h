#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbackup::sftp {

/// The parts of an object's name.
/// @throws Error Settings for a name that could lead out of the folder, that no file can have, or that looks
/// like a temporary one
std::vector<std::string> partsOf(std::string_view name);

/// ".<part>.<16 hex digits>.partial": the name under which a file is written before it is complete. The same
/// as in local folders, so that a folder may be used both ways.
std::string temporaryNameFor(std::string_view part);
bool isTemporaryName(std::string_view part);

}  // namespace dbackup::sftp
