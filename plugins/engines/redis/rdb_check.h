#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dbackup::redis {

/// CRC-64 as Redis computes it: polynomial 0xad93d23594c935a9 ("Jones"), reflected, starting with 0, no final
/// exclusive or. "123456789" gives 0xe9c6d914c4b8d9ca. (Redis source, src/crc64.c.)
/// @param crc  of the bytes before
std::uint64_t crc64(std::uint64_t crc, std::span<const std::byte> bytes) noexcept;

/// Looks at an RDB file as it passes: it begins with "REDIS" and a version, and ends with the opcode 0xFF and
/// the checksum of all that comes before. (https://rdb.fnordig.de/file_format.html; Redis source, src/rdb.c.)
/// [one thread]
class RdbCheck {
public:
    /// The next bytes. @throws Error Integrity when the file does not begin as one
    void update(std::span<const std::byte> bytes);
    /// To be called at the end. @throws Error Integrity when the file is cut or damaged
    void requireComplete() const;

    /// Version of the format, 0 as long as the first nine bytes have not passed.
    int version() const noexcept { return version_; }
    /// False when the server writes no checksums (rdbchecksum no).
    bool hasChecksum() const noexcept;
    std::uint64_t bytes() const noexcept { return bytes_; }

private:
    static constexpr std::size_t head_bytes = 9;  // "REDIS0010"
    static constexpr std::size_t crc_bytes = 8;
    static constexpr std::size_t tail_bytes = 1 + crc_bytes;

    void takeHead(std::span<const std::byte> bytes);
    void hash(std::span<const std::byte> bytes);
    std::uint64_t stored() const noexcept;

    std::uint64_t bytes_ = 0;
    std::uint64_t crc_ = 0;  // of all but the last eight bytes
    std::string head_;
    int version_ = 0;
    std::byte before_tail_{};                  // the last byte that was hashed
    std::array<std::byte, crc_bytes> tail_{};  // the last bytes, not hashed as they may be the checksum
    std::size_t tail_size_ = 0;
};

}  // namespace dbackup::redis
