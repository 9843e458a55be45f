#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace dbackup::api {

/// How an answer is framed on its connection.
struct ResponseFraming {
    bool http_1_0 = false;
    bool keep_alive = false;
    bool chunked = false;
    std::optional<std::uint64_t> length;  ///< Content-Length; nothing: chunked, or up to the end
};

/// Status line and fields, with the empty line. Faster than Poco's stream of fields, and a line break in a
/// field's value cannot begin another field. Thread-safe.
/// @param common  whole lines that all answers have, each ending in CRLF
std::string formatHead(const Response& response, const ResponseFraming& framing, std::string_view common);

}  // namespace dbackup::api
