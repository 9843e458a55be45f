#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace dbackup {

/// One part of an object's name, the same for every target: UTF-8 letters, digits, space, '.', '-', '_'
/// and other harmless characters stay; '/', '\\', control characters and what Windows and S3 refuse become
/// '_'; no leading dot or dash, no trailing dot or space; at most 120 bytes, cut at a character; never empty.
/// Where anything was changed, "~" and 8 hex digits of SHA-256 of the original are added, so that
/// different names stay different.
std::string sanitizeNamePart(std::string_view name);

/// "<job>/<yyyy-MM-dd_HH-mm-ss>_<first 8 of execution id>"
std::string backupPath(std::string_view job_name, std::string_view execution_id, TimePoint time);

/// True for a relative name of sane parts: no "", ".", "..", no leading '/', no control characters.
bool isSafeObjectName(std::string_view name);

}  // namespace dbackup
