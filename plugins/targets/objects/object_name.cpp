#include "object_name.h"

#include <algorithm>

#include <dbackup/sdk/object_names.h>

namespace dbackup::objects {

namespace {

/// How much of the part a temporary name repeats, so that it is no longer than a server allows; the SDK's own
/// cut may fall within a character, which some servers refuse.
constexpr std::size_t repeated_bytes = 160;

/// The beginning of a text, not cut within a character of UTF-8.
std::string_view beginningOf(std::string_view text) {
    if (text.size() <= repeated_bytes) return text;
    std::size_t end = repeated_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

/// U+F000 + c for c < 64 is EF 80 (80 + c), and for c < 128 EF 81 (80 + c - 64), in UTF-8.
constexpr char private_lead = '\xEF';
constexpr unsigned char private_low = 0x80;

std::string replaced(char each) {
    const auto code = static_cast<unsigned char>(each);
    return {private_lead,
            static_cast<char>(private_low + (code >> 6U)),
            static_cast<char>(0x80U + (code & 0x3FU))};
}

bool isReplaced(std::string_view text) {
    if (text.size() < 3 || text[0] != private_lead) return false;
    const auto second = static_cast<unsigned char>(text[1]);
    return second == private_low || second == private_low + 1;
}

}  // namespace

std::pair<std::string, std::string> splitName(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos) return {"", std::string(name)};
    return {std::string(name.substr(0, slash + 1)), std::string(name.substr(slash + 1))};
}

std::string randomDigits() {
    constexpr std::size_t digits = 16;
    return sdk::temporaryNameFor("x").substr(3, digits);
}

std::string temporaryNameFor(std::string_view name) {
    const auto [folder, last] = splitName(name);
    return folder + sdk::temporaryNameFor(beginningOf(last));
}

bool isTemporary(std::string_view name) {
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find('/', start), name.size());
        if (sdk::isTemporaryName(name.substr(start, end - start))) return true;
        start = end + 1;
    }
    return false;
}

std::string withPrivateCharacters(std::string_view part, std::string_view forbidden) {
    std::string text;
    for (const char each : part) {
        if (forbidden.find(each) == std::string_view::npos) {
            text += each;
        } else {
            text += replaced(each);
        }
    }
    return text;
}

std::string withoutPrivateCharacters(std::string_view part) {
    std::string text;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (isReplaced(part.substr(i))) {
            const auto second = static_cast<unsigned char>(part[i + 1]);
            const auto third = static_cast<unsigned char>(part[i + 2]);
            text += static_cast<char>(((second - private_low) << 6U) | (third & 0x3FU));
            i += 2;
        } else {
            text += part[i];
        }
    }
    return text;
}

}  // namespace dbackup::objects
