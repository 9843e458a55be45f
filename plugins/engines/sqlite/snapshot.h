#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <dbackup/sdk/run_context.h>

#include "connection.h"
#include "wal_frames.h"

namespace dbackup::sqlite {

/// One consistent state of a database that others go on writing to, held by an ordinary read transaction.
/// [one thread]
class Snapshot {
public:
    /// @throws Error Unavailable when no quiet moment was found, and all of Connection
    Snapshot(const std::filesystem::path& file, sdk::RunContext& run);
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() = default;

    std::uint32_t pages() const noexcept { return pages_; }
    std::size_t pageBytes() const noexcept { return page_bytes_; }
    /// Do writers go on while the snapshot is held?
    bool isWal() const noexcept { return frames_ != nullptr; }

    /// Looks for damage within the snapshot.
    /// @param pragma  "integrity_check" or "quick_check"
    /// @throws Error Integrity with the first findings
    void check(const std::string& pragma);

    /// Copies pages from `first` on, as many as follow each other in one place.
    /// @param into  room for one page at least
    /// @return how many pages were copied, one at least
    std::uint32_t read(std::uint32_t first, std::span<std::byte> into);

private:
    void beginInWal();
    /// @return false when the database has become one in WAL mode meanwhile
    bool beginInFile();
    void readFile(std::uint32_t first, std::span<std::byte> into);
    sqlite3_file* fileOf(int which);

    std::filesystem::path file_;
    sdk::RunContext& run_;
    Connection connection_;
    std::unique_ptr<WalFrames> frames_;
    std::size_t page_bytes_ = 0;
    std::uint32_t pages_ = 0;
};

}  // namespace dbackup::sqlite
