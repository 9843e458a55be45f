#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbackup::objects {

/// The parts of an object's name.
/// @throws Error Settings for a name that could lead out of the target's folder or looks like a temporary one
std::vector<std::string> partsOf(std::string_view name);

/// The folder of a name, "" or with a slash at its end, and the last part.
std::pair<std::string, std::string> splitName(std::string_view name);

/// Sixteen hexadecimal digits. @throws Error Unavailable without random bytes
std::string randomDigits();

/// "<folder>/.<last part>.<16 hex digits>.partial": where an object is written until it is complete.
std::string temporaryNameFor(std::string_view name);
/// Is one of the parts a temporary name?
bool isTemporary(std::string_view name);

}  // namespace dbackup::objects
