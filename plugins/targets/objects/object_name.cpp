#include "object_name.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <sys/random.h>

#include <dbackup/sdk/error.h>

namespace dbackup::objects {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::string_view temporary_suffix = ".partial";
/// How much of the part a temporary name repeats, so that it is no longer than a file system allows.
constexpr std::size_t repeated_bytes = 160;

bool isTemporaryPart(std::string_view part) {
    return part.starts_with('.') && part.ends_with(temporary_suffix) && part.size() > temporary_suffix.size();
}

/// The beginning of a text, not cut within a character of UTF-8.
std::string_view beginningOf(std::string_view text) {
    if (text.size() <= repeated_bytes) return text;
    std::size_t end = repeated_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

void check(std::string_view part, std::string_view name) {
    const bool leads_out = part.empty() || part == "." || part == "..";
    const bool controls = std::any_of(
        part.begin(), part.end(), [](char each) { return static_cast<unsigned char>(each) < 0x20U; });
    if (leads_out || controls || isTemporaryPart(part)) {
        throw Error(ErrorKind::Settings, "\"" + std::string(name) + "\" is no name that an object can have");
    }
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

std::vector<std::string> partsOf(std::string_view name) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find('/', start), name.size());
        const std::string_view part = name.substr(start, end - start);
        check(part, name);
        parts.emplace_back(part);
        start = end + 1;
    }
    return parts;
}

std::pair<std::string, std::string> splitName(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos) return {"", std::string(name)};
    return {std::string(name.substr(0, slash + 1)), std::string(name.substr(slash + 1))};
}

std::string randomDigits() {
    std::array<std::uint8_t, 8> bytes{};
    if (getentropy(bytes.data(), bytes.size()) != 0) throw sdk::systemError("cannot get random bytes", errno);
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string temporaryNameFor(std::string_view name) {
    const auto [folder, last] = splitName(name);
    return folder + "." + std::string(beginningOf(last)) + "." + randomDigits() +
           std::string(temporary_suffix);
}

bool isTemporary(std::string_view name) {
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find('/', start), name.size());
        if (isTemporaryPart(name.substr(start, end - start))) return true;
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
