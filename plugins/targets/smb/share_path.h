#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbackup::smb {

/// A part of a name as the share has it. Characters that SMB forbids in names ("*:<>?| and the backslash, a
/// dot or blank at the end), and the semicolon, at which smbclient cuts its commands, become those of
/// Unicode's private area from U+F000 on, as Cygwin, WSL and Linux's mount option mapchars have them.
std::string sharePart(std::string_view part);
/// The other way round.
std::string ourPart(std::string_view part);

/// "\a\b" in quotes, as smbclient's commands take it. @param path  '/'-separated; may be empty
std::string quotedPath(std::string_view path);
/// The folders above the last part of a path, the outermost first, without the path itself.
std::vector<std::string> foldersOf(std::string_view path);

}  // namespace dbackup::smb
