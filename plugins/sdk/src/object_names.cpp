#include "dbackup/sdk/object_names.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>

#include <sys/random.h>

#include "dbackup/sdk/error.h"

namespace dbackup::sdk {

namespace {

constexpr std::string_view temporary_suffix = ".partial";
/// How much of the part a temporary name repeats, so that it is no longer than a file system allows.
constexpr std::size_t repeated_bytes = 200;

void check(std::string_view part, std::string_view name) {
    const bool leads_out = part.empty() || part == "." || part == "..";
    const auto is_control = [](unsigned char each) { return each < 0x20 || each == 0x7f; };
    if (leads_out || std::any_of(part.begin(), part.end(), is_control) || isTemporaryName(part)) {
        throw Error(ErrorKind::Settings, "\"" + std::string(name) + "\" is no name that an object can have");
    }
    if (part.size() > NAME_MAX) {
        throw Error(ErrorKind::Settings,
                    "\"" + std::string(part) + "\" is longer than the " + std::to_string(NAME_MAX) +
                        " bytes that a file's name can have");
    }
}

std::string randomDigits() {
    std::array<std::uint8_t, 8> bytes{};
    if (getentropy(bytes.data(), bytes.size()) != 0) throw systemError("cannot get random bytes", errno);
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
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
    return "." + std::string(part.substr(0, repeated_bytes)) + "." + randomDigits() +
           std::string(temporary_suffix);
}

bool isTemporaryName(std::string_view part) noexcept {
    return part.starts_with('.') && part.ends_with(temporary_suffix) && part.size() > temporary_suffix.size();
}

}  // namespace dbackup::sdk
