#include "url.h"

#include <cctype>

namespace dbackup::curl {

namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

bool isUnreserved(unsigned char each) {
    return std::isalnum(each) != 0 || each == '-' || each == '.' || each == '_' || each == '~';
}

std::size_t valueOf(char digit) {
    return digits.find(static_cast<char>(std::toupper(static_cast<unsigned char>(digit))));
}

}  // namespace

std::string encodePath(std::string_view path) {
    std::string text;
    for (const char each : path) {
        const auto byte = static_cast<unsigned char>(each);
        if (each == '/' || isUnreserved(byte)) {
            text += each;
        } else {
            text += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return text;
}

std::string decodePath(std::string_view path) {
    std::string text;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool escape = path[i] == '%' && i + 2 < path.size() &&
                            valueOf(path[i + 1]) != std::string_view::npos &&
                            valueOf(path[i + 2]) != std::string_view::npos;
        text += escape ? static_cast<char>(valueOf(path[i + 1]) << 4U | valueOf(path[i + 2])) : path[i];
        if (escape) i += 2;
    }
    return text;
}

}  // namespace dbackup::curl
