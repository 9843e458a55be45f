#include "md5.h"

#include <array>
#include <vector>

#include <openssl/evp.h>

#include <dbackup/sdk/error.h>

namespace dbackup::rsync {

namespace {

[[noreturn]] void fail() {
    throw sdk::Error(sdk::ErrorKind::Internal, "OpenSSL cannot compute a checksum");
}

}  // namespace

void Md5::Free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

Md5::Md5() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr) != 1) fail();
}

void Md5::add(std::span<const std::byte> bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail();
}

std::string Md5::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) fail();
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4U];
        text += digits[digest[i] & 15U];
    }
    return text;
}

std::string fingerprintOf(const std::string& key) {
    std::vector<unsigned char> blob(key.size() + 3);
    const int size = EVP_DecodeBlock(
        blob.data(), reinterpret_cast<const unsigned char*>(key.data()), static_cast<int>(key.size()));
    if (size < 0) return {};
    const std::size_t padding = key.ends_with("==") ? 2 : key.ends_with("=") ? 1 : 0;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned digest_size = 0;
    if (EVP_Digest(blob.data(),
                   static_cast<std::size_t>(size) - padding,
                   digest.data(),
                   &digest_size,
                   EVP_sha256(),
                   nullptr) != 1) {
        fail();
    }
    std::array<unsigned char, 64> text{};
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest_size));
    std::string fingerprint(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length));
    while (fingerprint.ends_with('='))
        fingerprint.pop_back();
    return "SHA256:" + fingerprint;
}

}  // namespace dbackup::rsync
