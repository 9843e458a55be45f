#include "api/http/uri_text.h"

namespace dbackup::api {

namespace {

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Takes what stands before the separator off, and the separator with it.
std::string_view takeUpTo(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view taken = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return taken;
}

}  // namespace

std::string percentDecode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%' && i + 2 < text.size() && hexValue(text[i + 1]) >= 0 && hexValue(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
            i += 2;
        } else {
            decoded += plus_is_space && c == '+' ? ' ' : c;
        }
    }
    return decoded;
}

std::map<std::string, std::string, std::less<>> parseQuery(std::string_view query) {
    std::map<std::string, std::string, std::less<>> values;
    while (!query.empty()) {
        std::string_view value = takeUpTo(query, '&');
        if (!value.empty()) {
            const std::string_view name = takeUpTo(value, '=');
            values.emplace(percentDecode(name, true), percentDecode(value, true));
        }
    }
    return values;
}

}  // namespace dbackup::api
