#include "api/handlers/execution_query.h"

#include <charconv>

#include "core/base/error.h"

namespace dbackup::api {

namespace {

HttpError wrong(const std::string& field, const std::string& reason) {
    return {400, "Invalid query: " + field + ' ' + reason, {{field, reason}}};
}

std::optional<std::int64_t> numberIn(const std::string& text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<TimePoint> timeIn(const Request& request, const std::string& field) {
    const auto text = request.queryValue(field);
    if (!text || text->empty()) {
        return std::nullopt;
    }
    try {
        return fromIso(*text);
    } catch (const Error&) {
        throw wrong(field, "must be a time as in 2026-01-15T10:30:00Z");
    }
}

}  // namespace

Page pageFrom(const Request& request, int default_limit, int max_limit) {
    Page page{default_limit, std::nullopt};
    if (const auto text = request.queryValue("limit")) {
        const auto limit = numberIn(*text);
        if (!limit || *limit < 1 || *limit > max_limit) {
            throw wrong("limit", "must be a whole number from 1 to " + std::to_string(max_limit));
        }
        page.limit = static_cast<int>(*limit);
    }
    if (const auto text = request.queryValue("cursor"); text && !text->empty()) {
        page.cursor = numberIn(*text);
        if (!page.cursor || *page.cursor < 0) {
            throw wrong("cursor", "must be the nextCursor of an earlier answer");
        }
    }
    return page;
}

ExecutionFilter executionFilterFrom(const Request& request, int default_limit, int max_limit) {
    ExecutionFilter filter;
    if (const auto status = request.queryValue("status"); status && !status->empty()) {
        filter.status = executionStatusFrom(*status);
        if (!filter.status) {
            throw wrong("status", "must be Pending, Running, Success or Failed");
        }
    }
    filter.type = request.queryValue("type").value_or("");
    if (!filter.type.empty() && filter.type != "Backup" && filter.type != "Restore" &&
        filter.type != "Verification") {
        throw wrong("type", "must be Backup, Restore or Verification");
    }
    filter.job_id = request.queryValue("jobId").value_or("");
    filter.from = timeIn(request, "from");
    filter.to = timeIn(request, "to");
    const Page page = pageFrom(request, default_limit, max_limit);
    filter.limit = page.limit;
    filter.before_sequence = page.cursor;
    return filter;
}

std::string nextCursor(const std::vector<Execution>& page, int limit) {
    return static_cast<int>(page.size()) < limit ? "" : std::to_string(page.back().sequence);
}

}  // namespace dbackup::api
