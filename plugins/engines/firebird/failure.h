#pragma once

#include <string>

#include <dbackup/sdk/error.h>

#include "server_settings.h"

namespace dbackup::firebird {

/// What the words of a failed tool mean, as an error with a hint. The tools have no numbers: their English
/// messages, which Firebird does not translate, are what there is.
/// @param what  what was tried, on what: "Connection to database 'x' on h:3050 failed"
/// @param words  what the tool said on its standard error
/// @return Authentication, Permission, NotFound, AlreadyExists, Unavailable, NoSpace, Unsupported, or
/// ToolFailed for what is not known
sdk::Error failure(const ServerSettings& server, const std::string& what, const std::string& words);

}  // namespace dbackup::firebird
