#include "names.h"

#include <algorithm>
#include <array>

namespace dbackup::files {

namespace {

/// Bytes of a sequence by its first byte, RFC 3629; 0 = none begins so.
std::size_t sequenceLength(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return 2;
    if (first >= 0xe0 && first <= 0xef) return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

bool isTail(unsigned char first, std::size_t place, unsigned char byte) {
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (place == 1) {
        low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : low;
        high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : high;
    }
    return byte >= low && byte <= high;
}

bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = sequenceLength(first);
        if (length == 0 || length > text.size() - i) return false;
        for (std::size_t k = 1; k < length; ++k) {
            if (!isTail(first, k, static_cast<unsigned char>(text[i + k]))) return false;
        }
        i += length;
    }
    return true;
}

}  // namespace

std::string shown(std::string_view path) {
    static constexpr std::array<char, 17> digits = {"0123456789abcdef"};
    const bool utf8 = isUtf8(path);
    std::string text;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
            text += "\\x";
            text += digits.at(byte >> 4U);
            text += digits.at(byte & 0xfU);
        } else {
            text += c;
        }
    }
    return text;
}

std::optional<std::string> memberPath(std::string_view raw) {
    if (raw.empty() || raw.front() == '/' || raw.find('\0') != std::string_view::npos) return std::nullopt;
    std::string path;
    for (std::size_t start = 0; start <= raw.size();) {
        const std::size_t end = std::min(raw.find('/', start), raw.size());
        const std::string_view part = raw.substr(start, end - start);
        if (part == "..") return std::nullopt;
        if (!part.empty() && part != ".") {
            if (!path.empty()) path += '/';
            path += part;
        }
        start = end + 1;
    }
    return path;
}

bool isWithin(std::string_view path, std::string_view folder) {
    return folder.empty() || path == folder ||
           (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

std::string_view parentOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view lastOf(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace dbackup::files
