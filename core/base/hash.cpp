#include "core/base/hash.h"

#include <array>

#include <openssl/evp.h>

#include "core/base/error.h"

namespace dbackup {

struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> md{EVP_MD_CTX_new(), &EVP_MD_CTX_free};

    void begin() const {
        if (!md || EVP_DigestInit_ex(md.get(), EVP_sha256(), nullptr) != 1) {
            throw Error(ErrorKind::Internal, "cannot start a SHA-256 computation");
        }
    }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    context_->begin();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
    if (EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size()) != 1) {
        throw Error(ErrorKind::Internal, "cannot compute a SHA-256");
    }
}

std::string Sha256::finishHex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_->md.get(), digest.data(), &size) != 1) {
        throw Error(ErrorKind::Internal, "cannot finish a SHA-256 computation");
    }
    context_->begin();
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(std::size_t{2} * size);
    for (unsigned i = 0; i < size; ++i) {
        hex += digits[digest.at(i) >> 4U];
        hex += digits[digest.at(i) & 15U];
    }
    return hex;
}

std::string sha256Hex(std::string_view text) {
    Sha256 hash;
    hash.update(std::as_bytes(std::span(text.data(), text.size())));
    return hash.finishHex();
}

}  // namespace dbackup
