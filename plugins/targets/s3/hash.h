#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dbackup::s3 {

inline std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Digests are raw bytes. @throws Error Internal when OpenSSL cannot compute them
std::string sha256(std::span<const std::byte> bytes);
std::string md5(std::span<const std::byte> bytes);
std::string hmacSha256(std::string_view key, std::string_view text);

/// Lower-case hexadecimal digits.
std::string hex(std::string_view raw);
std::string base64(std::string_view raw);
/// Empty when the text is not base64.
std::string unbase64(std::string_view text);

/// 32 random hexadecimal digits.
std::string randomMark();

}  // namespace dbackup::s3
