#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dbackup::api {

/// Undoes %XX (RFC 3986); a '%' that no two hex digits follow stays as it is.
/// @param plus_is_space  as in query strings
std::string percentDecode(std::string_view text, bool plus_is_space = false);

/// "a=1&b=x%20y" as a map; of several equal names the first counts.
std::map<std::string, std::string, std::less<>> parseQuery(std::string_view query);

}  // namespace dbackup::api
