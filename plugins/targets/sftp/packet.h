#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dbackup::sftp {

/// Types of packets of SFTP version 3 (https://www.openssh.com/txt/draft-ietf-secsh-filexfer-02.txt).
enum class PacketType : std::uint8_t {
    None = 0,
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    Lstat = 7,
    Fstat = 8,
    Opendir = 11,
    Readdir = 12,
    Remove = 13,
    Mkdir = 14,
    Rmdir = 15,
    Rename = 18,
    Status = 101,
    Handle = 102,
    Data = 103,
    Name = 104,
    Attributes = 105,
    Extended = 200,
    ExtendedReply = 201,
};

/// A packet that is being made: its length, its type and, but for Init, the id of the request are filled in.
class Packet {
public:
    explicit Packet(PacketType type);

    Packet& u32(std::uint32_t value);
    Packet& u64(std::uint64_t value);
    /// With its length before it.
    Packet& text(std::string_view value);
    Packet& text(std::span<const std::byte> value);

    PacketType type() const noexcept;
    /// The whole packet as it is sent.
    std::string_view finished(std::uint32_t id);

private:
    void put(std::size_t at, std::uint32_t value);

    std::string bytes_;
};

/// What a server says of a file. Absent: it has not said.
struct Attributes {
    std::optional<std::uint64_t> size;
    std::optional<std::uint32_t> owner;
    std::optional<std::uint32_t> group;
    std::optional<std::uint32_t> permissions;  ///< with the bits that tell its kind
    std::optional<std::uint32_t> accessed;     ///< seconds since 1970
    std::optional<std::uint32_t> modified;

    bool isFile() const noexcept { return isKind(0100000); }
    bool isFolder() const noexcept { return isKind(0040000); }
    bool isLink() const noexcept { return isKind(0120000); }
    bool operator==(const Attributes&) const = default;

private:
    bool isKind(std::uint32_t kind) const noexcept {
        return permissions && (*permissions & 0170000U) == kind;
    }
};

/// Reads what a server has sent. Every function throws Error Unavailable when there is less than it wants.
class PacketReader {
public:
    /// @param body  outlives it
    explicit PacketReader(std::string_view body) : rest_(body) {}

    std::uint32_t u32();
    std::uint64_t u64();
    std::string_view text();
    Attributes attributes();
    bool atEnd() const noexcept { return rest_.empty(); }

private:
    std::string_view take(std::size_t count);

    std::string_view rest_;
};

}  // namespace dbackup::sftp
