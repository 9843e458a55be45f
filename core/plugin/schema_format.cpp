#include "core/plugin/schema_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

namespace dbackup::plugin {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool isDigit(char c) {
    return digits.find(c) != std::string_view::npos;
}

bool isAlphanumeric(char c) {
    return isDigit(c) || letters.find(c) != std::string_view::npos;
}

bool consistsOf(std::string_view text, bool (*allowed)(char)) {
    return std::all_of(text.begin(), text.end(), allowed);
}

// Takes the part before the separator off the front of the text, and the separator.
std::string_view takePart(std::string_view& text, char separator) {
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

bool isLabel(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           consistsOf(label, [](char c) { return isAlphanumeric(c) || c == '-' || c == '_'; });
}

bool isIpv6(std::string_view text) {
    const std::string_view zone = text.substr(std::min(text.find('%'), text.size()));
    std::array<unsigned char, sizeof(in6_addr)> address{};
    const std::string plain(text.substr(0, text.size() - zone.size()));
    return zone != "%" && plain.find('\0') == std::string::npos &&
           ::inet_pton(AF_INET6, plain.c_str(), address.data()) == 1;
}

// RFC 1123 and what resolvers take beyond it: underscores (as in names of containers) and a dot at the end.
// IPv4 addresses have the form of a name.
bool isHostname(std::string_view text) {
    if (text.find(':') != std::string_view::npos) {
        return isIpv6(text);
    }
    if (text.empty() || text.size() > 253) {
        return false;
    }
    while (!text.empty()) {
        if (!isLabel(takePart(text, '.'))) return false;
    }
    return true;
}

bool isPort(std::string_view text) {
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && isDigit(text.front()) && port >= 1 &&
           port <= 65535;
}

// RFC 3986, except that its finer rules for each part are left to whoever uses the URI.
bool isUri(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || isDigit(text.front()) ||
        !consistsOf(text.substr(0, colon),
                    [](char c) { return isAlphanumeric(c) || c == '+' || c == '-' || c == '.'; })) {
        return false;
    }
    const std::string_view rest = text.substr(colon + 1);
    for (std::size_t i = 0; i < rest.size(); ++i) {
        constexpr std::string_view hex = "0123456789abcdefABCDEF";
        constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=";
        const bool escape = rest[i] == '%' && i + 2 < rest.size() &&
                            hex.find(rest[i + 1]) != std::string_view::npos &&
                            hex.find(rest[i + 2]) != std::string_view::npos;
        if (!escape && !isAlphanumeric(rest[i]) && others.find(rest[i]) == std::string_view::npos)
            return false;
    }
    return !rest.empty() && rest != "//";
}

bool isPath(std::string_view text) {
    return text.starts_with('/') && text.size() < 4096 &&
           consistsOf(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20U && c != 0x7F; });
}

// The unit at the front of the text, or nothing if it is none of these.
template <std::size_t Count>
std::optional<std::string_view> unitAt(std::string_view text,
                                       const std::array<std::string_view, Count>& units) {
    const std::string_view unit = text.substr(0, std::min(text.find_first_of(digits), text.size()));
    if (std::find(units.begin(), units.end(), unit) == units.end()) {
        return std::nullopt;
    }
    return unit;
}

bool isDuration(std::string_view text) {
    constexpr std::array<std::string_view, 5> units = {"ms", "s", "m", "h", "d"};
    const bool some = !text.empty();
    while (!text.empty()) {
        const std::size_t count = text.find_first_not_of(digits);
        if (count == 0 || count > 15) return false;  // npos: a number without unit
        text.remove_prefix(count);
        const auto unit = unitAt(text, units);
        if (!unit) return false;
        text.remove_prefix(unit->size());
    }
    return some;
}

bool isByteSize(std::string_view text) {
    constexpr std::array<std::string_view, 10> units = {
        "", "B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"};
    const std::size_t count = std::min(text.find_first_not_of(digits), text.size());
    if (count == 0 || count > 15) {
        return false;
    }
    text.remove_prefix(count);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return unitAt(text, units) == text;
}

// The dot-atom form of RFC 5321 that mail systems give out, without quoted local parts.
bool isEmail(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64) {
        return false;
    }
    std::string_view local = text.substr(0, at);
    if (local.back() == '.') {
        return false;
    }
    while (!local.empty()) {
        const std::string_view atom = takePart(local, '.');
        constexpr auto allowed = [](char c) {
            return isAlphanumeric(c) ||
                   std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
        };
        if (atom.empty() || !consistsOf(atom, allowed)) return false;
    }
    const std::string_view domain = text.substr(at + 1);
    return isHostname(domain) && domain.find(':') == std::string_view::npos;
}

constexpr std::array<SchemaFormat, 7> formats{{
    {"hostname", "must be a host name or an IP address", isHostname},
    {"port", "must be a port from 1 to 65535", isPort},
    {"uri", "must be a URI such as https://host/path", isUri},
    {"path", "must be an absolute path", isPath},
    {"duration", "must be a duration such as 30s, 5m, 12h or 7d", isDuration},
    {"byte-size", "must be a size such as 512, 64 MiB or 10 GB", isByteSize},
    {"email", "must be an e-mail address", isEmail},
}};

}  // namespace

const SchemaFormat* findFormat(std::string_view name) {
    const auto* found = std::find_if(
        formats.begin(), formats.end(), [&](const SchemaFormat& format) { return format.name == name; });
    return found == formats.end() ? nullptr : found;
}

}  // namespace dbackup::plugin
