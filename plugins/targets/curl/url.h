#pragma once

#include <string>
#include <string_view>

namespace dbackup::curl {

/// Percent-encodes all but the unreserved characters of RFC 3986, section 2.3, and '/'. Thread-safe.
std::string encodePath(std::string_view path);
/// Decodes %XX; what is no such escape stays. Thread-safe.
std::string decodePath(std::string_view path);

}  // namespace dbackup::curl
