#include "wal_frames.h"

#include <algorithm>
#include <cstring>

#include <dbackup/sdk/error.h>

namespace dbackup::sqlite {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::size_t log_header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::uint32_t magic_little_endian = 0x377f0682;
constexpr std::uint32_t magic_big_endian = 0x377f0683;

std::uint32_t bigEndian(const std::uint8_t* bytes) {
    return (std::uint32_t{bytes[0]} << 24U) | (std::uint32_t{bytes[1]} << 16U) |
           (std::uint32_t{bytes[2]} << 8U) | bytes[3];
}

std::uint32_t littleEndian(const std::uint8_t* bytes) {
    return (std::uint32_t{bytes[3]} << 24U) | (std::uint32_t{bytes[2]} << 16U) |
           (std::uint32_t{bytes[1]} << 8U) | bytes[0];
}

/// "Checksum Algorithm" of fileformat2.html, 4.2.
std::array<std::uint32_t, 2> extend(std::array<std::uint32_t, 2> sum,
                                    std::span<const std::uint8_t> bytes,
                                    bool big_endian) {
    const auto word = big_endian ? &bigEndian : &littleEndian;
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        sum[0] += word(bytes.data() + i) + sum[1];
        sum[1] += word(bytes.data() + i + 4) + sum[0];
    }
    return sum;
}

bool readAt(sqlite3_file* file, std::span<std::uint8_t> into, std::uint64_t offset) {
    const int code = file->pMethods->xRead(
        file, into.data(), static_cast<int>(into.size()), static_cast<sqlite3_int64>(offset));
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
        throw Error(ErrorKind::Unavailable,
                    std::string("cannot read the write-ahead log: ") + sqlite3_errstr(code));
    }
    return code == SQLITE_OK;
}

}  // namespace

WalFrames::WalFrames(sqlite3_file* wal, const WalIndexHeader& snapshot, std::size_t page_bytes)
    : wal_(wal),
      page_bytes_(page_bytes),
      salts_(snapshot.salts()),
      any_(snapshot.maxFrame() > 0),
      buffer_(frame_header_bytes + page_bytes) {
    if (any_) scan(snapshot);
}

void WalFrames::scan(const WalIndexHeader& snapshot) {
    std::array<std::uint8_t, log_header_bytes> header{};
    const bool whole = readAt(wal_, header, 0);
    const std::uint32_t magic = bigEndian(header.data());
    big_endian_ = magic == magic_big_endian;
    if (!whole || (magic != magic_big_endian && magic != magic_little_endian) ||
        !std::equal(salts_.begin(), salts_.end(), header.begin() + 16)) {
        requireRestart();
        return;
    }
    checksums_ = {{bigEndian(header.data() + 24), bigEndian(header.data() + 28)}};
    for (std::uint32_t index = 0; index < snapshot.maxFrame(); ++index) {
        const std::uint32_t page = readFrame(index);
        if (page == 0) {
            requireRestart();
            return;
        }
        checksums_.push_back({bigEndian(buffer_.data() + 16), bigEndian(buffer_.data() + 20)});
        frames_[page] = index;
    }
    if (checksums_.back() != snapshot.frameChecksum()) {
        requireRestart();
    }
}

std::uint32_t WalFrames::readFrame(std::uint32_t index) {
    if (!readAt(wal_, buffer_, log_header_bytes + std::uint64_t{index} * buffer_.size())) {
        return 0;
    }
    const std::span<const std::uint8_t> frame(buffer_);
    if (!std::equal(salts_.begin(), salts_.end(), frame.begin() + 8)) {
        return 0;
    }
    Checksum sum = extend(checksums_.at(index), frame.first(8), big_endian_);
    sum = extend(sum, frame.subspan(frame_header_bytes), big_endian_);
    const Checksum stored = {bigEndian(frame.data() + 16), bigEndian(frame.data() + 20)};
    return sum == stored ? bigEndian(frame.data()) : 0;
}

bool WalFrames::read(std::uint32_t page, std::span<std::byte> into) {
    const auto found = frames_.find(page);
    if (found == frames_.end()) {
        return false;
    }
    const std::uint32_t index = found->second;
    const bool intact =
        readFrame(index) == page &&
        checksums_.at(index + 1) == Checksum{bigEndian(buffer_.data() + 16), bigEndian(buffer_.data() + 20)};
    if (!intact) {
        requireRestart();
        return false;
    }
    std::memcpy(into.data(), buffer_.data() + frame_header_bytes, page_bytes_);
    return true;
}

void WalFrames::requireRestart() {
    std::array<std::uint8_t, log_header_bytes> header{};
    // A restart writes the header with new salts before any frame; truncating leaves nothing.
    if (readAt(wal_, header, 0) && std::equal(salts_.begin(), salts_.end(), header.begin() + 16)) {
        throw Error(ErrorKind::Integrity,
                    "the write-ahead log of the database is damaged",
                    "run PRAGMA integrity_check and PRAGMA wal_checkpoint on it");
    }
    frames_.clear();
}

}  // namespace dbackup::sqlite
