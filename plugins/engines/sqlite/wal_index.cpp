#include "wal_index.h"

#include <cstring>

namespace dbackup::sqlite {

namespace {

constexpr int region_bytes = 32768;
constexpr std::uint32_t known_version = 3'007'000;
constexpr std::size_t is_init_offset = 12;

/// The mapping belongs to other processes too, so it is read byte by byte, as volatile.
WalIndexHeader copyFrom(const volatile std::uint8_t* memory) {
    WalIndexHeader header;
    for (std::size_t i = 0; i < header.bytes.size(); ++i) {
        header.bytes.at(i) = memory[i];
    }
    return header;
}

}  // namespace

std::uint32_t WalIndexHeader::native(std::size_t offset) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

std::array<std::uint8_t, 8> WalIndexHeader::salts() const {
    std::array<std::uint8_t, 8> salts{};
    std::memcpy(salts.data(), bytes.data() + 32, salts.size());
    return salts;
}

std::optional<WalIndexHeader> readWalIndexHeader(sqlite3_file* file) {
    const auto* methods = file->pMethods;
    volatile void* mapped = nullptr;
    if (methods->iVersion < 2) {
        return std::nullopt;
    }
    // SQLITE_READONLY is what a process gets that may read the wal-index only; the mapping is there.
    const int code = methods->xShmMap(file, 0, region_bytes, 0, &mapped);
    if ((code != SQLITE_OK && code != SQLITE_READONLY) || mapped == nullptr) {
        return std::nullopt;
    }
    const auto* memory = static_cast<const volatile std::uint8_t*>(mapped);
    // Writers change the second copy first, then the first; equal copies are a whole header.
    const WalIndexHeader first = copyFrom(memory);
    methods->xShmBarrier(file);
    const WalIndexHeader second = copyFrom(memory + WalIndexHeader::size_bytes);
    std::uint32_t version = 0;
    std::memcpy(&version, first.bytes.data(), sizeof(version));
    if (!(first == second) || first.bytes.at(is_init_offset) == 0 || version != known_version) {
        return std::nullopt;
    }
    return first;
}

}  // namespace dbackup::sqlite
