#include "uri.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include <dbackup/sdk/error.h>

namespace dbackup::s3 {

namespace {

bool isUnreserved(unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string encoded(std::string_view text, bool slashes_stay) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (isUnreserved(byte) || (slashes_stay && c == '/')) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

sdk::Error noEndpoint(std::string_view text) {
    return {sdk::ErrorKind::Settings,
            "\"" + std::string(text) + "\" is no address of a server",
            "Give it as https://host or https://host:port"};
}

/// Takes "host", "host:port" or "[address]:port" apart.
void splitAuthority(std::string_view authority, Endpoint& endpoint, std::string_view whole) {
    std::size_t colon = authority.rfind(':');
    if (authority.starts_with('[')) {
        const std::size_t bracket = authority.find(']');
        if (bracket == std::string_view::npos) throw noEndpoint(whole);
        endpoint.host = authority.substr(1, bracket - 1);
        colon = bracket + 1 < authority.size() ? bracket + 1 : std::string_view::npos;
    } else {
        endpoint.host = authority.substr(0, colon);
    }
    if (colon != std::string_view::npos) endpoint.port = authority.substr(colon + 1);
    const bool is_default = endpoint.port == (endpoint.scheme == "https" ? "443" : "80");
    if (is_default) endpoint.port.clear();
}

}  // namespace

std::string uriEncode(std::string_view text) {
    return encoded(text, false);
}

std::string uriEncodePath(std::string_view path) {
    return encoded(path, true);
}

std::string uriDecode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* const digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::string queryText(const Query& query) {
    std::vector<std::string> pairs;
    for (const auto& [name, value] : query) {
        pairs.push_back(uriEncode(name) + "=" + uriEncode(value));
    }
    std::sort(pairs.begin(), pairs.end());
    std::string text;
    for (const std::string& pair : pairs) {
        text += (text.empty() ? "" : "&") + pair;
    }
    return text;
}

std::string Endpoint::authority(std::string_view before) const {
    const bool is_v6 = host.find(':') != std::string::npos;
    return std::string(before) + (is_v6 ? "[" + host + "]" : host) + (port.empty() ? "" : ":" + port);
}

bool Endpoint::isNumeric() const {
    return host == "localhost" || host.find_first_not_of("0123456789.") == std::string::npos ||
           host.find(':') != std::string::npos;
}

Endpoint endpointOf(std::string_view text) {
    Endpoint endpoint;
    std::string_view rest = text;
    const std::size_t scheme_end = rest.find("://");
    endpoint.scheme = "https";
    if (scheme_end != std::string_view::npos) {
        endpoint.scheme = rest.substr(0, scheme_end);
        rest.remove_prefix(scheme_end + 3);
    }
    const std::size_t path = std::min(rest.find('/'), rest.size());
    endpoint.base_path = rest.substr(path);
    while (endpoint.base_path.ends_with('/'))
        endpoint.base_path.pop_back();
    splitAuthority(rest.substr(0, path), endpoint, text);
    const bool port_is_number = endpoint.port.find_first_not_of("0123456789") == std::string::npos;
    const bool host_is_one =
        !endpoint.host.empty() && endpoint.host.find_first_of(" @?#\\\"<>") == std::string::npos;
    if ((endpoint.scheme != "https" && endpoint.scheme != "http") || !host_is_one || !port_is_number) {
        throw noEndpoint(text);
    }
    return endpoint;
}

}  // namespace dbackup::s3
