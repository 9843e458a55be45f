#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbackup::webdav {

/// One resource of an answer to PROPFIND (RFC 4918, section 9.1).
struct Resource {
    std::string path;  ///< of its address, decoded, without a slash at its end
    bool is_folder = false;
    std::uint64_t size_bytes = 0;
    std::chrono::system_clock::time_point modified;
    std::optional<std::uint64_t> free_bytes;  ///< quota (RFC 4331), where it is told
};

/// The resources of a multistatus body, as they come. Thread-safe.
/// @throws Error Unavailable when it is no such document
std::vector<Resource> parseMultistatus(const std::string& body);

/// What the body of a request for these properties is.
extern const std::string_view propfind_body;

}  // namespace dbackup::webdav
