#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbackup::files {

/// A path as people and JSON can read it: control characters, and all bytes beyond ASCII when it is no UTF-8,
/// become \xNN.
std::string shown(std::string_view path);

/// The path of a member of an archive below a folder, without "./", doubled slashes and a slash at its end;
/// empty for the folder itself. Nothing when it is absolute or leads upwards with "..".
std::optional<std::string> memberPath(std::string_view raw);

/// Is the path the other one, or below it? All paths are below "".
bool isWithin(std::string_view path, std::string_view folder);

std::string_view parentOf(std::string_view path);  ///< "" for a path of one part
std::string_view lastOf(std::string_view path);

}  // namespace dbackup::files
