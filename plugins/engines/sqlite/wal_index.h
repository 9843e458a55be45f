#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <sqlite3.h>

namespace dbackup::sqlite {

/// What the shared wal-index says of the newest commit (sqlite.org/walformat.html, 2.1 "The WAL-Index
/// Header").
struct WalIndexHeader {
    static constexpr std::size_t size_bytes = 48;
    std::array<std::uint8_t, size_bytes> bytes{};

    std::uint32_t maxFrame() const { return native(16); }
    /// Checksum of the last frame, both halves.
    std::array<std::uint32_t, 2> frameChecksum() const { return {native(24), native(28)}; }
    /// The log's salts as they stand in the file, eight bytes.
    std::array<std::uint8_t, 8> salts() const;
    bool operator==(const WalIndexHeader&) const = default;

private:
    std::uint32_t native(std::size_t offset) const;
};

/// Reads the header through the connection's own mapping of the wal-index. A descriptor of ours must not be
/// used: closing it would drop the POSIX locks that SQLite holds on the same file.
/// @param file  the main database's file object (SQLITE_FCNTL_FILE_POINTER) of a connection in WAL mode
/// @return nothing while a writer is in the middle of changing it
std::optional<WalIndexHeader> readWalIndexHeader(sqlite3_file* file);

}  // namespace dbackup::sqlite
