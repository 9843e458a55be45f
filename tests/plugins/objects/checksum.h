#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

// What the tests' own object server and its client agree on.

/// FNV-1a, 64 bits, in hex.
inline std::string checksumOf(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char each : bytes)
        hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

/// A name in hex, after an 'x' so that it is never empty: in a URL nothing needs to be quoted.
inline std::string hexOf(std::string_view name) {
    std::string text = "x";
    for (const char each : name) {
        text += "0123456789abcdef"[static_cast<unsigned char>(each) >> 4U];
        text += "0123456789abcdef"[static_cast<unsigned char>(each) & 15U];
    }
    return text;
}

inline std::string textOf(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string text;
    for (std::size_t i = 1; i + 1 < hex.size(); i += 2)
        text += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
    return text;
}
