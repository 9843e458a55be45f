#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace dbackup::postgres {

/// Follows pg_dump's custom archive format while it streams past and tells whether it is complete. The format
/// has no end mark of its own: complete means that every entry of the table of contents that has data had its
/// block, and that the stream ends after the last one. Versions 1.12 (PostgreSQL 9.0) to 1.16 (17, 18), by
/// pg_backup_archiver.c and pg_backup_custom.c of PostgreSQL. [one thread]
class ArchiveCheck {
public:
    /// @throws Error ToolFailed when the bytes are no archive; Unsupported for another version of the format
    void update(std::span<const std::byte> bytes);
    /// @throws Error ToolFailed saying what is missing
    void requireComplete() const;

    struct Table {
        std::string schema;
        std::string name;
        bool operator==(const Table&) const = default;
    };
    /// The tables that the table of contents defines, partitioned ones and partitions among them.
    const std::vector<Table>& tables() const noexcept { return tables_; }

private:
    enum class Phase { None = 0, Header, Contents, BlockStart, BlobStart, ChunkLength, ChunkData };

    class Cursor;
    void parseFront();
    bool parseHeader(Cursor& cursor);
    bool parseEntry(Cursor& cursor);
    std::size_t markBytes() const;
    void takeMark(const std::uint8_t* bytes);
    std::int64_t integerAt(const std::uint8_t* bytes) const;
    bool since(int minor) const { return minor_ >= minor; }

    Phase phase_ = Phase::Header;
    std::string pending_;  ///< of header or contents: what is not parsed yet; else the start of a mark
    int minor_ = 0;
    std::size_t int_bytes_ = 4;
    std::size_t offset_bytes_ = 8;
    std::int64_t entries_left_ = 0;
    std::vector<Table> tables_;
    std::set<std::int64_t> expected_;  ///< entries whose data has not come yet
    std::int64_t block_ = 0;
    bool blobs_ = false;
    std::uint64_t skip_ = 0;
    bool any_ = false;
};

}  // namespace dbackup::postgres
