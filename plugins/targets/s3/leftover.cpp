#include "leftover.h"

#include <charconv>
#include <vector>

#include <dbackup/sdk/error.h>

#include "uri.h"

namespace dbackup::s3 {

namespace {

using Clock = std::chrono::system_clock;

constexpr std::string_view kind = "s3";
constexpr std::size_t fields = 6;

std::vector<std::string> split(std::string_view token) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    while (start <= token.size()) {
        const std::size_t end = std::min(token.find(':', start), token.size());
        parts.push_back(uriDecode(token.substr(start, end - start)));
        start = end + 1;
    }
    return parts;
}

}  // namespace

std::string Leftover::token() const {
    return std::string(kind) + ":" + std::to_string(Clock::to_time_t(since)) + ":" + mark + ":" +
           uriEncode(upload_id) + ":" + uriEncode(bucket) + ":" + uriEncodePath(key);
}

Leftover Leftover::from(std::string_view token) {
    const std::vector<std::string> parts = split(token);
    std::time_t since = 0;
    const bool fits =
        parts.size() == fields && parts[0] == kind &&
        std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), since).ec == std::errc();
    if (!fits || parts[4].empty() || parts[5].empty()) {
        throw sdk::Error(sdk::ErrorKind::Settings,
                         "\"" + std::string(token) + "\" is no leftover of a bucket");
    }
    return {Clock::from_time_t(since), parts[2], parts[3], parts[4], parts[5]};
}

}  // namespace dbackup::s3
