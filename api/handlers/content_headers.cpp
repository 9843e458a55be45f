#include "api/handlers/content_headers.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace dbackup::api {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// @return false when it is neither empty nor a number
bool readNumber(std::string_view text, std::optional<std::int64_t>& number) {
    if (text.empty()) return true;
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || text.front() == '-') return false;
    number = value;
    return true;
}

/// RFC 8187, 3.2.1: attr-char, the others as %XX.
bool isAttributeCharacter(char c) {
    constexpr std::string_view others = "!#$&+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
}

}  // namespace

protocol::WantedRange rangeFrom(std::string_view range, std::string_view if_range) {
    constexpr std::string_view unit = "bytes=";
    range = trimmed(range);
    const std::size_t dash = range.find('-');
    if (!range.starts_with(unit) || dash == std::string_view::npos) return {};
    protocol::WantedRange wanted;
    if (!readNumber(trimmed(range.substr(unit.size(), dash - unit.size())), wanted.first) ||
        !readNumber(trimmed(range.substr(dash + 1)), wanted.last) || (!wanted.first && !wanted.last) ||
        (wanted.first && wanted.last && *wanted.first > *wanted.last)) {
        return {};
    }
    if_range = trimmed(if_range);
    // A date, or a weak tag, is none that an object of ours has: the whole is sent.
    const bool quoted = if_range.size() >= 2 && if_range.front() == '"' && if_range.back() == '"';
    wanted.tag = quoted ? if_range.substr(1, if_range.size() - 2) : if_range;
    return wanted;
}

std::string attachment(std::string_view file_name) {
    std::string plain;
    std::string encoded;
    for (const char c : file_name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool harmless = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '%';
        // Of a character of several bytes the first alone leaves a trace.
        if ((byte & 0xC0U) != 0x80U) plain += harmless ? c : '_';
        if (isAttributeCharacter(c)) {
            encoded += c;
        } else {
            std::array<char, 4> hex{};
            std::snprintf(hex.data(), hex.size(), "%%%02X", static_cast<unsigned>(byte));
            encoded += hex.data();
        }
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace dbackup::api
