#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "wal_index.h"

namespace dbackup::sqlite {

/// The pages that a snapshot finds in the write-ahead log, by format of sqlite.org/fileformat2.html, 4. [one
/// thread]
///
/// While a reader's lock is held the log is restarted only when the whole snapshot lies in the database file
/// already. So a frame that no longer checks out, under a header with other salts, means: read the page from
/// the database file.
class WalFrames {
public:
    /// Scans the log up to the snapshot's last frame.
    /// @param wal  file object of the log (SQLITE_FCNTL_JOURNAL_POINTER), unused when the snapshot has no
    /// frame
    /// @throws Error Integrity when the log is neither the snapshot's nor restarted
    WalFrames(sqlite3_file* wal, const WalIndexHeader& snapshot, std::size_t page_bytes);

    /// Had the snapshot frames in the log when it began?
    bool any() const noexcept { return any_; }
    bool has(std::uint32_t page) const { return frames_.contains(page); }
    /// Copies a page's content. @return false when the log was restarted: read the database file
    bool read(std::uint32_t page, std::span<std::byte> into);

private:
    using Checksum = std::array<std::uint32_t, 2>;

    void scan(const WalIndexHeader& snapshot);
    /// Reads frame `index` (from 0) and checks it. @return its page number; 0 if it is not the snapshot's
    std::uint32_t readFrame(std::uint32_t index);
    /// After a frame that does not check out. @throws Error Integrity unless the log was restarted
    void requireRestart();

    sqlite3_file* wal_;
    std::size_t page_bytes_;
    std::array<std::uint8_t, 8> salts_{};
    bool big_endian_ = false;
    bool any_ = false;
    std::vector<Checksum> checksums_;  ///< [0] of the log's header, [i + 1] after frame i
    std::unordered_map<std::uint32_t, std::uint32_t> frames_;  ///< page -> its last frame
    std::vector<std::uint8_t> buffer_;
};

}  // namespace dbackup::sqlite
