#include "archive_check.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <dbackup/sdk/error.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::string_view magic = "PGDMP";
constexpr std::uint8_t format_custom = 1;
constexpr std::uint8_t block_data = 1;
constexpr std::uint8_t block_blobs = 3;
constexpr int oldest_minor = 12;
constexpr int newest_minor = 16;
constexpr std::int64_t longest_string = std::int64_t{1} << 30;

Error broken(const std::string& what) {
    return {ErrorKind::ToolFailed,
            "the dump is no sound archive: " + what,
            "Look at the version and the health of pg_dump"};
}

const std::uint8_t* raw(const void* bytes) {
    return static_cast<const std::uint8_t*>(bytes);
}

}  // namespace

/// Reads values from a buffer; once it is short, nothing more is read.
class ArchiveCheck::Cursor {
public:
    Cursor(const ArchiveCheck& check, const std::string& buffer, std::size_t start)
        : check_(check), buffer_(buffer), at_(start) {}

    std::uint8_t byte() {
        if (!room(1)) return 0;
        return raw(buffer_.data())[at_++];
    }
    std::int64_t integer() {
        const std::size_t size = 1 + check_.int_bytes_;
        if (!room(size)) return 0;
        const std::int64_t value = check_.integerAt(raw(buffer_.data()) + at_);
        at_ += size;
        return value;
    }
    void skip(std::size_t bytes) {
        if (room(bytes)) at_ += bytes;
    }
    /// @return false for NULL
    bool string() {
        const std::int64_t length = integer();
        if (length > longest_string) throw broken("a text of " + std::to_string(length) + " bytes");
        if (length > 0) skip(static_cast<std::size_t>(length));
        return length >= 0;
    }
    /// "" for NULL
    std::string text() {
        const std::int64_t length = integer();
        if (length > longest_string) throw broken("a text of " + std::to_string(length) + " bytes");
        const std::size_t start = at_;
        if (length > 0) skip(static_cast<std::size_t>(length));
        return isShort() ? std::string() : buffer_.substr(start, at_ - start);
    }
    bool isShort() const noexcept { return short_; }
    std::size_t position() const noexcept { return at_; }

private:
    bool room(std::size_t bytes) {
        short_ = short_ || buffer_.size() - at_ < bytes;
        return !short_;
    }

    const ArchiveCheck& check_;
    const std::string& buffer_;
    std::size_t at_;
    bool short_ = false;
};

void ArchiveCheck::update(std::span<const std::byte> bytes) {
    any_ = any_ || !bytes.empty();
    std::string rest;
    if (phase_ == Phase::Header || phase_ == Phase::Contents) {
        pending_.append(static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size());
        parseFront();
        if (phase_ == Phase::Header || phase_ == Phase::Contents) return;
        rest = std::move(pending_);
        pending_.clear();
        bytes = std::as_bytes(std::span(rest.data(), rest.size()));
    }
    while (!bytes.empty()) {
        if (phase_ == Phase::ChunkData) {
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
            bytes = bytes.subspan(count);
            skip_ -= count;
            if (skip_ == 0) phase_ = Phase::ChunkLength;
            continue;
        }
        const std::size_t needed = markBytes();
        if (pending_.empty() && bytes.size() >= needed) {
            takeMark(raw(bytes.data()));
            bytes = bytes.subspan(needed);
            continue;
        }
        const std::size_t count = std::min(needed - pending_.size(), bytes.size());
        pending_.append(static_cast<const char*>(static_cast<const void*>(bytes.data())), count);
        bytes = bytes.subspan(count);
        if (pending_.size() == needed) {
            const std::string mark = std::move(pending_);
            pending_.clear();
            takeMark(raw(mark.data()));
        }
    }
}

void ArchiveCheck::parseFront() {
    std::size_t used = 0;
    while (phase_ == Phase::Header || phase_ == Phase::Contents) {
        Cursor cursor(*this, pending_, used);
        const bool done = phase_ == Phase::Header ? parseHeader(cursor) : parseEntry(cursor);
        if (!done) break;
        used = cursor.position();
        if (phase_ == Phase::Contents && entries_left_ == 0) phase_ = Phase::BlockStart;
    }
    pending_.erase(0, used);
}

bool ArchiveCheck::parseHeader(Cursor& cursor) {
    for (const char c : magic) {
        const std::uint8_t byte = cursor.byte();
        if (!cursor.isShort() && byte != static_cast<std::uint8_t>(c))
            throw broken("it does not begin with PGDMP");
    }
    const int major = cursor.byte();
    minor_ = cursor.byte();
    cursor.byte();  // revision
    const std::size_t int_bytes = cursor.byte();
    const std::size_t offset_bytes = cursor.byte();
    const std::uint8_t format = cursor.byte();
    if (cursor.isShort()) return false;
    if (major != 1 || minor_ < oldest_minor || minor_ > newest_minor) {
        throw Error(ErrorKind::Unsupported,
                    "pg_dump wrote archive version " + std::to_string(major) + "." + std::to_string(minor_) +
                        ", known are 1.12 to 1.16",
                    "Use a pg_dump of PostgreSQL 9.0 to 18, or the format sql");
    }
    if (format != format_custom || int_bytes < 1 || int_bytes > 8 || offset_bytes > 16)
        throw broken("its header");
    int_bytes_ = int_bytes;
    offset_bytes_ = offset_bytes;
    if (since(15)) {
        cursor.byte();  // compression algorithm
    } else {
        cursor.integer();  // compression level
    }
    for (int i = 0; i < 7; ++i) {
        cursor.integer();  // struct tm
    }
    for (int i = 0; i < 3; ++i) {
        cursor.string();  // database, server version, pg_dump version
    }
    entries_left_ = cursor.integer();
    if (cursor.isShort()) return false;
    if (entries_left_ < 0) throw broken("a negative number of entries");
    phase_ = Phase::Contents;
    return true;
}

bool ArchiveCheck::parseEntry(Cursor& cursor) {
    if (entries_left_ == 0) return true;
    const std::int64_t id = cursor.integer();
    const bool has_data = cursor.integer() != 0;
    cursor.string();  // table oid
    cursor.string();  // oid
    Table table;
    table.name = cursor.text();
    const bool is_table = cursor.text() == "TABLE";
    cursor.integer();  // section
    for (int i = 0; i < 3; ++i) {
        cursor.string();  // definition, drop statement, copy statement
    }
    table.schema = cursor.text();
    cursor.string();                  // tablespace
    if (since(14)) cursor.string();   // access method
    if (since(16)) cursor.integer();  // kind of relation
    cursor.string();                  // owner
    cursor.string();                  // "with oids"
    while (!cursor.isShort() && cursor.string()) {
        // dependencies, up to a NULL
    }
    cursor.skip(1 + offset_bytes_);
    if (cursor.isShort()) return false;
    if (has_data) expected_.insert(id);
    if (is_table) tables_.push_back(std::move(table));
    --entries_left_;
    return true;
}

std::size_t ArchiveCheck::markBytes() const {
    const std::size_t integer = 1 + int_bytes_;
    return phase_ == Phase::BlockStart ? 1 + integer : integer;
}

void ArchiveCheck::takeMark(const std::uint8_t* bytes) {
    if (phase_ == Phase::BlockStart) {
        if (bytes[0] != block_data && bytes[0] != block_blobs) throw broken("an unknown kind of block");
        blobs_ = bytes[0] == block_blobs;
        block_ = integerAt(bytes + 1);
        if (!expected_.contains(block_)) throw broken("data of an entry that has none, or has it already");
        phase_ = blobs_ ? Phase::BlobStart : Phase::ChunkLength;
        return;
    }
    const std::int64_t value = integerAt(bytes);
    if (phase_ == Phase::BlobStart && value != 0) {
        // Its number; one above 2^31 is written as a negative one.
        phase_ = Phase::ChunkLength;
    } else if (phase_ == Phase::ChunkLength && value != 0) {
        if (value < 0) throw broken("a negative length");
        skip_ = static_cast<std::uint64_t>(value);
        phase_ = Phase::ChunkData;
    } else if (phase_ == Phase::ChunkLength && blobs_) {
        phase_ = Phase::BlobStart;  // the next large object, or the end of all
    } else {
        expected_.erase(block_);
        phase_ = Phase::BlockStart;
    }
}

std::int64_t ArchiveCheck::integerAt(const std::uint8_t* bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = int_bytes_; i > 0; --i) {
        value = (value << 8U) | bytes[i];
    }
    const auto magnitude = static_cast<std::int64_t>(value);
    return bytes[0] != 0 ? -magnitude : magnitude;
}

void ArchiveCheck::requireComplete() const {
    if (!any_) {
        throw Error(ErrorKind::ToolFailed, "pg_dump wrote nothing");
    }
    if (phase_ == Phase::BlockStart && pending_.empty() && expected_.empty()) {
        return;
    }
    const std::string missing = phase_ == Phase::BlockStart && pending_.empty()
                                    ? "the data of " + std::to_string(expected_.size()) + " tables is missing"
                                    : "it ends in the midst of a part";
    throw Error(ErrorKind::ToolFailed,
                "the dump is incomplete: " + missing,
                "pg_dump ended too early; look at its log and the server's");
}

}  // namespace dbackup::postgres
