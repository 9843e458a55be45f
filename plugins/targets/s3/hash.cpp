#include "hash.h"

#include <array>
#include <cerrno>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <dbackup/sdk/error.h>

namespace dbackup::s3 {

namespace {

std::string digest(const EVP_MD* kind, std::span<const std::byte> bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), raw.data(), &length, kind, nullptr) != 1) {
        throw sdk::Error(sdk::ErrorKind::Internal, "OpenSSL cannot compute a checksum");
    }
    return {raw.begin(), raw.begin() + length};
}

const unsigned char* unsignedOf(std::string_view text) {
    return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
    return digest(EVP_sha256(), bytes);
}

std::string md5(std::span<const std::byte> bytes) {
    return digest(EVP_md5(), bytes);
}

std::string hmacSha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned length = 0;
    if (HMAC(EVP_sha256(),
             key.data(),
             static_cast<int>(key.size()),
             unsignedOf(text),
             text.size(),
             raw.data(),
             &length) == nullptr) {
        throw sdk::Error(sdk::ErrorKind::Internal, "OpenSSL cannot compute a signature");
    }
    return {raw.begin(), raw.begin() + length};
}

std::string hex(std::string_view raw) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * raw.size());
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string base64(std::string_view raw) {
    std::string text(4 * ((raw.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a zero byte
    auto* const out = static_cast<unsigned char*>(static_cast<void*>(text.data()));
    text.resize(
        static_cast<std::size_t>(EVP_EncodeBlock(out, unsignedOf(raw), static_cast<int>(raw.size()))));
    return text;
}

std::string unbase64(std::string_view text) {
    std::string raw(3 * (text.size() / 4) + 3, '\0');
    auto* const out = static_cast<unsigned char*>(static_cast<void*>(raw.data()));
    const int length = EVP_DecodeBlock(out, unsignedOf(text), static_cast<int>(text.size()));
    if (length < 0 || text.empty()) return {};
    raw.resize(static_cast<std::size_t>(length));
    for (std::size_t i = text.size(); i > 0 && text[i - 1] == '='; --i)
        raw.pop_back();  // padding counts as zeros
    return raw;
}

std::string randomMark() {
    std::string raw(16, '\0');
    if (getentropy(raw.data(), raw.size()) != 0) throw sdk::systemError("cannot get random bytes", errno);
    return hex(raw);
}

}  // namespace dbackup::s3
