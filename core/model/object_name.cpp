#include "core/model/object_name.h"

#include <array>
#include <cstdio>

#include "core/base/hash.h"

namespace dbackup {

namespace {

constexpr std::size_t max_part_bytes = 120;
constexpr std::size_t mark_bytes = 9;  // "~" and 8 hex digits

bool isHarmless(unsigned char byte) {
    static constexpr std::string_view refused = "/\\:*?\"<>|~%";
    return byte >= 0x20 && byte != 0x7f && refused.find(static_cast<char>(byte)) == std::string_view::npos;
}

/// Bytes of the UTF-8 sequence at the start of `text` (RFC 3629), 0 if there is none.
std::size_t utf8Length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    std::size_t length = 0;
    unsigned lowest = 0x80;
    unsigned highest = 0xbf;
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        lowest = first == 0xe0 ? 0xa0 : 0x80;
        highest = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        lowest = first == 0xf0 ? 0x90 : 0x80;
        highest = first == 0xf4 ? 0x8f : 0xbf;
    }
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < lowest || byte > highest) {
            return 0;
        }
        lowest = 0x80;
        highest = 0xbf;
    }
    return length;
}

std::string replaceHarmful(std::string_view name) {
    std::string clean;
    while (!name.empty()) {
        const std::size_t length = utf8Length(name);
        if (length == 0 || (length == 1 && !isHarmless(static_cast<unsigned char>(name[0])))) {
            clean += '_';
            name.remove_prefix(1);
        } else {
            clean += name.substr(0, length);
            name.remove_prefix(length);
        }
    }
    return clean;
}

/// Cuts at a character so that at most `limit` bytes are left.
void truncate(std::string& text, std::size_t limit) {
    if (text.size() <= limit) {
        return;
    }
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U) {
        --limit;
    }
    text.resize(limit);
}

}  // namespace

std::string sanitizeNamePart(std::string_view name) {
    std::string clean = replaceHarmful(name);
    truncate(clean, max_part_bytes);
    if (!clean.empty() && (clean.front() == '.' || clean.front() == '-' || clean.front() == ' ')) {
        clean.front() = '_';
    }
    if (!clean.empty() && (clean.back() == '.' || clean.back() == ' ')) {
        clean.back() = '_';
    }
    if (clean.empty()) {
        clean = "_";
    }
    if (clean != name) {
        truncate(clean, max_part_bytes - mark_bytes);
        clean += "~" + sha256Hex(name).substr(0, mark_bytes - 1);
    }
    return clean;
}

std::string backupPath(std::string_view job_name, std::string_view execution_id, TimePoint time) {
    std::string stamp = toIso(time).substr(0, 19);
    stamp[10] = '_';
    stamp[13] = '-';
    stamp[16] = '-';
    return sanitizeNamePart(job_name) + "/" + stamp + "_" + std::string(execution_id.substr(0, 8));
}

bool isSafeObjectName(std::string_view name) {
    if (name.empty()) {
        return false;
    }
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || byte == '\\') return false;
    }
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find('/', start), name.size());
        const auto part = name.substr(start, end - start);
        if (part.empty() || part == "." || part == "..") {
            return false;
        }
        start = end + 1;
    }
    return true;
}

}  // namespace dbackup
