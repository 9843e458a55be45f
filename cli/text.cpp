#include "cli/text.h"

#include <algorithm>
#include <array>

namespace dbackup::cli {

namespace {

struct Letter {
    char32_t code = 0;
    std::size_t bytes = 1;
};

/// The first letter of a text; a byte that is no UTF-8 is a letter of its own.
Letter firstOf(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead < 0x80        ? 1
                              : lead >> 5U == 6  ? 2
                              : lead >> 4U == 14 ? 3
                              : lead >> 3U == 30 ? 4
                                                 : 0;
    if (bytes < 2 || bytes > text.size()) return {bytes == 1 ? char32_t{lead} : U'\uFFFD', 1};
    char32_t code = lead & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if (next >> 6U != 2) return {U'\uFFFD', 1};
        code = code << 6U | (next & 0x3FU);
    }
    return {code, bytes};
}

struct Range {
    char32_t from;
    char32_t to;
};

bool isIn(const Range& range, char32_t code) {
    return code >= range.from && code <= range.to;
}

std::size_t columnsOf(char32_t code) {
    static constexpr std::array<Range, 6> none = {{{0x300, 0x36F},
                                                   {0x483, 0x489},
                                                   {0x591, 0x5BD},
                                                   {0x200B, 0x200F},
                                                   {0x20D0, 0x20FF},
                                                   {0xFE00, 0xFE0F}}};
    static constexpr std::array<Range, 9> two = {{{0x1100, 0x115F},
                                                  {0x2E80, 0x303E},
                                                  {0x3041, 0xA4CF},
                                                  {0xAC00, 0xD7A3},
                                                  {0xF900, 0xFAFF},
                                                  {0xFE30, 0xFE6F},
                                                  {0xFF00, 0xFF60},
                                                  {0x1F300, 0x1FAFF},
                                                  {0x20000, 0x3FFFD}}};
    const auto holds = [&](const Range& range) { return isIn(range, code); };
    if (std::any_of(none.begin(), none.end(), holds)) return 0;
    return std::any_of(two.begin(), two.end(), holds) ? 2 : 1;
}

}  // namespace

std::size_t columnsOf(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Letter letter = firstOf(text);
        columns += columnsOf(letter.code);
        text.remove_prefix(letter.bytes);
    }
    return columns;
}

std::string cutTo(std::string_view text, std::size_t columns) {
    if (columnsOf(text) <= columns) return std::string(text);
    std::string cut;
    std::size_t used = 1;  // the ellipsis
    while (!text.empty()) {
        const Letter letter = firstOf(text);
        used += columnsOf(letter.code);
        if (used > columns) break;
        cut += text.substr(0, letter.bytes);
        text.remove_prefix(letter.bytes);
    }
    return cut + "…";
}

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const Letter letter = firstOf(text);
        const bool is_control = letter.code < 0x20 || isIn({0x7F, 0x9F}, letter.code) ||
                                isIn({0x202A, 0x202E}, letter.code) || isIn({0x2066, 0x2069}, letter.code) ||
                                (letter.code == 0xFFFD && letter.bytes == 1);
        if (is_control) {
            shown += letter.code == '\n' || letter.code == '\t' ? ' ' : '?';
        } else {
            shown += text.substr(0, letter.bytes);
        }
        text.remove_prefix(letter.bytes);
    }
    return shown;
}

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace dbackup::cli
