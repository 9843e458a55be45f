#include "names.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <sys/random.h>

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::string_view temporary_suffix = ".partial";
/// What the file systems of nearly all servers allow for one part of a path.
constexpr std::size_t longest_part = 255;
/// How much of the part a temporary name repeats, so that it is not too long itself.
constexpr std::size_t repeated_bytes = 200;

void check(std::string_view part, std::string_view name) {
    const bool leads_out = part.empty() || part == "." || part == "..";
    if (leads_out || part.find('\0') != std::string_view::npos || isTemporaryName(part)) {
        throw Error(ErrorKind::Settings, "\"" + std::string(name) + "\" is no name that an object can have");
    }
    if (part.size() > longest_part) {
        throw Error(ErrorKind::Settings,
                    "\"" + std::string(part) + "\" is longer than the " + std::to_string(longest_part) +
                        " bytes that a file's name can have");
    }
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

/// Not in the middle of a UTF-8 character, which some servers refuse.
std::string_view beginningOf(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U)
        --most;
    return text.substr(0, most);
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

std::string temporaryNameFor(std::string_view part) {
    return "." + std::string(beginningOf(part, repeated_bytes)) + "." + randomDigits() +
           std::string(temporary_suffix);
}

bool isTemporaryName(std::string_view part) {
    return part.starts_with('.') && part.ends_with(temporary_suffix) && part.size() > temporary_suffix.size();
}

}  // namespace dbackup::sftp
