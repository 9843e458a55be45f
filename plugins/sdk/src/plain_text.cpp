#include "plain_text.h"

#include <cstddef>

namespace dbackup::sdk {

namespace {

unsigned byteAt(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

// Length of the well-formed sequence of two to four bytes (RFC 3629) that begins at `at`, or 0.
std::size_t sequenceLength(std::string_view bytes, std::size_t at) {
    const unsigned lead = byteAt(bytes, at);
    std::size_t length = 0;
    if (lead >= 0xC2U && lead <= 0xDFU) length = 2;
    if (lead >= 0xE0U && lead <= 0xEFU) length = 3;
    if (lead >= 0xF0U && lead <= 0xF4U) length = 4;
    if (length == 0 || at + length > bytes.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byteAt(bytes, at + i) & 0xC0U) != 0x80U) return 0;
    }
    const unsigned second = byteAt(bytes, at + 1);
    const bool overlong = (lead == 0xE0U && second < 0xA0U) || (lead == 0xF0U && second < 0x90U);
    const bool no_scalar = (lead == 0xEDU && second > 0x9FU) || (lead == 0xF4U && second > 0x8FU);
    return overlong || no_scalar ? 0 : length;
}

}  // namespace

std::string plainText(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size();) {
        const unsigned byte = byteAt(bytes, i);
        if (byte < 0x80U) {
            const bool control = (byte < 0x20U && byte != '\n' && byte != '\t') || byte == 0x7FU;
            text += control ? ' ' : bytes[i];
            ++i;
            continue;
        }
        const std::size_t length = sequenceLength(bytes, i);
        if (length == 0) {
            text += '?';
            ++i;
        } else {
            text += bytes.substr(i, length);
            i += length;
        }
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

}  // namespace dbackup::sdk
