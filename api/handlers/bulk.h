#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "api/http/message.h"

namespace dbackup::api {

/// `{"action": ..., "ids": [1 to 200]}`, one of the routes that do the same to many.
struct BulkRequest {
    std::string action;
    std::vector<std::string> ids;
};
/// @param ids_key  what the list is called: "ids" | "paths"
/// @throws HttpError 400 "Invalid request body"
BulkRequest bulkFrom(const Request& request,
                     const std::string& ids_key,
                     std::initializer_list<const char*> actions);

/// What became of each.
struct BulkOutcome {
    std::vector<std::string> succeeded;
    std::vector<std::pair<std::string, std::string>> failed;  ///< id and error
};

/// How it is said.
struct BulkWords {
    std::string noun;  ///< "job"; many of them get an "s"
    std::string verb;  ///< "delete"
    std::string done;  ///< "deleted"
};

/// 200, also when all have failed.
Response bulkResponse(const BulkOutcome& outcome, const BulkWords& words);

}  // namespace dbackup::api
