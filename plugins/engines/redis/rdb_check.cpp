#include "rdb_check.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include <dbackup/sdk/error.h>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::uint64_t polynomial =
    0x95ac9329ac4bc9b5ULL;  // 0xad93d23594c935a9 with its bits in reverse order
constexpr std::size_t slices = 8;
using Tables = std::array<std::array<std::uint64_t, 256>, slices>;

/// Tables for eight bytes at a time ("slicing by 8": Kounavis and Berry, 2005).
constexpr Tables makeTables() {
    Tables tables{};
    for (std::uint64_t i = 0; i < 256; ++i) {
        std::uint64_t crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0);
        tables[0][i] = crc;
    }
    for (std::size_t slice = 1; slice < slices; ++slice) {
        for (std::size_t i = 0; i < 256; ++i) {
            const std::uint64_t before = tables[slice - 1][i];
            tables[slice][i] = (before >> 8U) ^ tables[0][before & 0xffU];
        }
    }
    return tables;
}

constexpr Tables tables = makeTables();
static_assert(std::endian::native == std::endian::little);

std::string asText(std::span<const std::byte> bytes) {
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

}  // namespace

std::uint64_t crc64(std::uint64_t crc, std::span<const std::byte> bytes) noexcept {
    while (bytes.size() >= slices) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        word ^= crc;
        crc = tables[7][word & 0xffU] ^ tables[6][(word >> 8U) & 0xffU] ^ tables[5][(word >> 16U) & 0xffU] ^
              tables[4][(word >> 24U) & 0xffU] ^ tables[3][(word >> 32U) & 0xffU] ^
              tables[2][(word >> 40U) & 0xffU] ^ tables[1][(word >> 48U) & 0xffU] ^ tables[0][word >> 56U];
        bytes = bytes.subspan(slices);
    }
    for (const std::byte each : bytes)
        crc = (crc >> 8U) ^ tables[0][(crc ^ std::to_integer<std::uint64_t>(each)) & 0xffU];
    return crc;
}

void RdbCheck::update(std::span<const std::byte> bytes) {
    bytes_ += bytes.size();
    if (version_ == 0) takeHead(bytes);
    // What is held back and what has come, less the last eight bytes, is hashed.
    const std::size_t known = tail_size_ + bytes.size();
    const std::size_t kept = std::min(known, crc_bytes);
    const std::size_t from_tail = std::min(tail_size_, known - kept);
    hash(std::span(tail_).first(from_tail));
    std::copy(tail_.begin() + static_cast<std::ptrdiff_t>(from_tail),
              tail_.begin() + static_cast<std::ptrdiff_t>(tail_size_),
              tail_.begin());
    tail_size_ -= from_tail;
    const std::size_t rest = kept - tail_size_;
    hash(bytes.first(bytes.size() - rest));
    std::copy_n(bytes.end() - static_cast<std::ptrdiff_t>(rest),
                rest,
                tail_.begin() + static_cast<std::ptrdiff_t>(tail_size_));
    tail_size_ = kept;
}

void RdbCheck::takeHead(std::span<const std::byte> bytes) {
    head_ += asText(bytes.first(std::min(bytes.size(), head_bytes - head_.size())));
    if (head_.size() < head_bytes) return;
    const bool digits =
        std::all_of(head_.begin() + 5, head_.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!head_.starts_with("REDIS") || !digits || head_ == "REDIS0000") {
        throw Error(ErrorKind::Integrity, "this is no RDB file: it does not begin with REDIS and a version");
    }
    version_ = std::stoi(head_.substr(5));
}

void RdbCheck::hash(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    crc_ = crc64(crc_, bytes);
    before_tail_ = bytes.back();
}

std::uint64_t RdbCheck::stored() const noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, tail_.data(), sizeof value);
    return value;
}

bool RdbCheck::hasChecksum() const noexcept {
    return stored() != 0;
}

void RdbCheck::requireComplete() const {
    constexpr std::byte end_of_file{0xff};
    if (version_ == 0 || bytes_ < head_bytes + tail_bytes || before_tail_ != end_of_file) {
        throw Error(ErrorKind::Integrity,
                    "the RDB file is cut: it has no end mark after " + std::to_string(bytes_) + " bytes");
    }
    if (hasChecksum() && stored() != crc_) {
        throw Error(ErrorKind::Integrity, "the RDB file is damaged: its checksum is not that of its content");
    }
}

}  // namespace dbackup::redis
