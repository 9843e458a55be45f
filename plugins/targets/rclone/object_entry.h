#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

namespace dbackup::rclone {

/// What rclone lsjson tells of one object: {"Path":"a/b","Size":6,"ModTime":"...","IsDir":false,"Hashes":{}}.
/// @param folder  what the name is to begin with, "" or with a slash at its end
/// @return nothing for a folder  @throws Error ToolFailed when it is something else
std::optional<sdk::ObjectInfo> objectEntry(const sdk::Settings& entry, const std::string& folder);

/// A time as RFC 3339 writes it, "2026-01-02T03:04:05.678+01:00"; the epoch when it is none.
std::chrono::system_clock::time_point timeOf(const std::string& text);

}  // namespace dbackup::rclone
