#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dbackup::s3 {

/// Names and values of a query, neither of them encoded.
using Query = std::map<std::string, std::string>;

/// %-encodes all but letters, digits and "-._~", as Signature V4 wants it.
std::string uriEncode(std::string_view text);
/// The same, but slashes stay.
std::string uriEncodePath(std::string_view path);
/// Undoes it; '+' is a space, as servers write it in lists.
std::string uriDecode(std::string_view text);
/// "a=1&b=%20": sorted as Signature V4 wants it; each name has its '='.
std::string queryText(const Query& query);

/// Where a server is.
struct Endpoint {
    std::string scheme;     ///< http or https
    std::string host;       ///< without brackets
    std::string port;       ///< empty: the scheme's own
    std::string base_path;  ///< begins with '/' or is empty

    /// "host" or "host:port", as the header Host has it, with `before` put in front.
    std::string authority(std::string_view before = {}) const;
    bool isNumeric() const;  ///< is the host an address, or "localhost"?
};

/// "https://host:port/path"; without a scheme it is https.
/// @throws Error Settings when it is no such address
Endpoint endpointOf(std::string_view text);

}  // namespace dbackup::s3
