#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"

namespace dbackup::api {

/// What a `file` of the storage routes names.
struct FilePath {
    std::string backup;  ///< "<job>/<backup>"
    std::string object;  ///< in its folder; empty = all of it
};

/// A path as the list of files gives it, without slashes at its end.
/// @param field  which member or parameter it is, for the error
/// @throws HttpError 400 "Invalid file path" when it is empty, begins with a slash or leaves its folder
std::string checkedPath(std::string path, const std::string& field);
/// The same of a member of a body. @throws HttpError as checkedPath()
std::string filePathFrom(const JsonObject& body, const std::string& field = "file");
/// Parts a path into backup and object.
FilePath parted(std::string_view path);

}  // namespace dbackup::api
