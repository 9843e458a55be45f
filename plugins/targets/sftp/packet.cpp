#include "packet.h"

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

namespace {

constexpr std::size_t id_at = 5;
constexpr std::size_t length_bytes = 4;

constexpr std::uint32_t has_size = 0x1;
constexpr std::uint32_t has_owner = 0x2;
constexpr std::uint32_t has_permissions = 0x4;
constexpr std::uint32_t has_times = 0x8;
constexpr std::uint32_t has_more = 0x80000000;

}  // namespace

Packet::Packet(PacketType type) {
    u32(0);
    bytes_ += static_cast<char>(type);
    if (type != PacketType::Init) u32(0);
}

PacketType Packet::type() const noexcept {
    return static_cast<PacketType>(static_cast<unsigned char>(bytes_[length_bytes]));
}

Packet& Packet::u32(std::uint32_t value) {
    bytes_.append(4, '\0');
    put(bytes_.size() - 4, value);
    return *this;
}

Packet& Packet::u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32U));
    return u32(static_cast<std::uint32_t>(value));
}

Packet& Packet::text(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
    return *this;
}

Packet& Packet::text(std::span<const std::byte> value) {
    const void* const begin = value.data();
    return text(std::string_view(static_cast<const char*>(begin), value.size()));
}

std::string_view Packet::finished(std::uint32_t id) {
    put(0, static_cast<std::uint32_t>(bytes_.size() - length_bytes));
    if (type() != PacketType::Init) put(id_at, id);
    return bytes_;
}

void Packet::put(std::size_t at, std::uint32_t value) {
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        bytes_[at++] = static_cast<char>(static_cast<unsigned char>(value >> shift));
    }
}

std::string_view PacketReader::take(std::size_t count) {
    if (count > rest_.size()) {
        throw sdk::Error(sdk::ErrorKind::Unavailable,
                         "the server has sent a packet that is too short for what it tells");
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::uint32_t PacketReader::u32() {
    std::uint32_t value = 0;
    for (const char each : take(4))
        value = (value << 8U) | static_cast<unsigned char>(each);
    return value;
}

std::uint64_t PacketReader::u64() {
    const std::uint64_t high = u32();
    return (high << 32U) | u32();
}

std::string_view PacketReader::text() {
    return take(u32());
}

Attributes PacketReader::attributes() {
    Attributes found;
    const std::uint32_t flags = u32();
    if ((flags & has_size) != 0) found.size = u64();
    if ((flags & has_owner) != 0) {
        found.owner = u32();
        found.group = u32();
    }
    if ((flags & has_permissions) != 0) found.permissions = u32();
    if ((flags & has_times) != 0) {
        found.accessed = u32();
        found.modified = u32();
    }
    if ((flags & has_more) != 0) {
        for (std::uint32_t left = u32(); left > 0; --left) {
            text();
            text();
        }
    }
    return found;
}

}  // namespace dbackup::sftp
