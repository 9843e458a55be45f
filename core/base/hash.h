#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dbackup {

/// A running SHA-256 (FIPS 180-4, by OpenSSL). [one thread at a time]
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void update(std::span<const std::byte> bytes);
    /// Lower-case hex of the digest; the object is then empty again.
    std::string finishHex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Lower-case hex SHA-256 of a text. Thread-safe.
std::string sha256Hex(std::string_view text);

}  // namespace dbackup
