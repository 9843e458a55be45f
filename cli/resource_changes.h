#pragma once

#include <string>
#include <vector>

#include "cli/json.h"

namespace dbackup::cli {

/// The changes of an answer to POST /resources/apply, without what stays as it is.
std::vector<JsonObject::Ptr> resourceChanges(const JsonObject& result);
/// For people: "+ Job Nightly", "    config.host: "a" -> "b"". Secrets are not shown.
std::vector<std::string> changeLines(const std::vector<JsonObject::Ptr>& changes);
/// "2 created, 1 updated, 0 deleted." or "Nothing would change."
std::string summary(const std::vector<JsonObject::Ptr>& changes, bool dry_run);

}  // namespace dbackup::cli
