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

/// A part of a name for a storage that cannot have some characters: each of them becomes the one of Unicode's
/// private area at U+F000 + its code, as Cygwin, WSL and Linux's mount option mapchars have it.
/// @param forbidden  ASCII characters
std::string withPrivateCharacters(std::string_view part, std::string_view forbidden);
/// The other way round.
std::string withoutPrivateCharacters(std::string_view part);

}  // namespace dbackup::objects
