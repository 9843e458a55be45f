#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dbackup::firebird {

/// gbak writes and reads whole blocks of so many bytes (BURP_BLOCK in Firebird's src/burp/burp.h).
constexpr std::uint64_t gbak_block_bytes = 512;

/// Tells whether what gbak wrote to its standard output came through whole. gbak pads its last block with
/// whatever its buffer held, so the stream's end shows nothing; but its closing line, which it writes after
/// the end record, has the count of all bytes. [one thread]
class BackupCheck {
public:
    void update(std::span<const std::byte> bytes);
    std::uint64_t bytes() const noexcept { return bytes_; }
    /// @param words  what gbak -v said on its standard error, at least the end of it
    /// @throws Error ToolFailed saying what is wrong
    void requireComplete(const std::string& words) const;

private:
    std::array<std::byte, 4> head_{};
    std::uint64_t bytes_ = 0;
};

}  // namespace dbackup::firebird
