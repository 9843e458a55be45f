#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <Poco/URI.h>

#include "core/plugin/schema_node.h"

namespace dbackup::plugin {

namespace {

bool isAlnum(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// RFC 1123 names, and addresses: IPv4 looks like a name, IPv6 has colons.
bool isHostname(std::string_view text) {
    if (text.size() > 253) {
        return false;
    }
    if (text.find(':') != std::string_view::npos) {
        return text.find_first_not_of("0123456789abcdefABCDEF:.%[]") == std::string_view::npos;
    }
    char previous = '.';
    for (const char c : text) {
        const bool label_start = previous == '.';
        if (!(isAlnum(c) || c == '_' || (!label_start && (c == '-' || c == '.')))) {
            return false;
        }
        previous = c;
    }
    return previous != '-';
}

bool isUri(const std::string& text) {
    try {
        const Poco::URI uri(text);
        return !uri.getScheme().empty() && (!uri.getHost().empty() || !uri.getPath().empty());
    } catch (const Poco::Exception&) {
        return false;
    }
}

/// A whole number and a unit: "30s", "5m", "12h", "7d"; "64KiB", "1GiB".
bool isQuantity(std::string_view text, const std::initializer_list<std::string_view>& units) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto unit = text.substr(digits);
    return digits > 0 && digits < 19 && std::find(units.begin(), units.end(), unit) != units.end();
}

bool isEmail(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return at != std::string_view::npos && at > 0 && isHostname(text.substr(at + 1)) &&
           at + 1 < text.size() && text.find_first_of(" \t\r\n") == std::string_view::npos;
}

bool isPort(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           text.find_first_not_of("0123456789") == std::string_view::npos &&
           std::stoi(std::string(text)) >= 1 && std::stoi(std::string(text)) <= 65535;
}

}  // namespace

bool isKnownFormat(const std::string& format) {
    static constexpr std::array<std::string_view, 7> formats = {
        "hostname", "port", "uri", "path", "duration", "byte-size", "email"};
    return std::find(formats.begin(), formats.end(), format) != formats.end();
}

bool hasFormat(const std::string& format, const std::string& text) {
    if (format == "hostname") return isHostname(text);
    if (format == "port") return isPort(text);
    if (format == "uri") return isUri(text);
    // A path is absolute, since the service has no current folder that a user knows.
    if (format == "path") return text.front() == '/' && text.find('\0') == std::string::npos;
    if (format == "duration") return isQuantity(text, {"s", "m", "h", "d"});
    if (format == "byte-size")
        return isQuantity(text, {"", "B", "KiB", "MiB", "GiB", "TiB", "KB", "MB", "GB", "TB"});
    return format == "email" && isEmail(text);
}

}  // namespace dbackup::plugin
