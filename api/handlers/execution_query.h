#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/http/message.h"
#include "core/model/execution.h"

namespace dbackup::api {

/// `limit` and `cursor` of a list.
struct Page {
    int limit = 0;
    std::optional<std::int64_t> cursor;
};

/// @throws HttpError 400 with details
Page pageFrom(const Request& request, int default_limit, int max_limit);
/// Filters of GET /executions. @throws HttpError 400 with details
ExecutionFilter executionFilterFrom(const Request& request, int default_limit, int max_limit);
/// The cursor of the next page; empty when this one was not full.
std::string nextCursor(const std::vector<Execution>& page, int limit);

}  // namespace dbackup::api
