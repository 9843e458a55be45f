#include "requests.h"

namespace dbackup::sftp::requests {

namespace {

constexpr std::uint32_t version = 3;
constexpr std::uint32_t for_reading = 0x1;
constexpr std::uint32_t for_writing_a_new_file = 0x2 | 0x8 | 0x20;  // write, create, exclusively
constexpr std::uint32_t no_attributes = 0;
constexpr std::uint32_t with_permissions = 0x4;
constexpr std::uint32_t file_mode = 0600;
constexpr std::uint32_t folder_mode = 0700;

Packet ofText(PacketType type, std::string_view text) {
    Packet packet(type);
    packet.text(text);
    return packet;
}

Packet extended(std::string_view name) {
    return ofText(PacketType::Extended, name);
}

}  // namespace

Packet init() {
    Packet packet(PacketType::Init);
    packet.u32(version);
    return packet;
}

Packet open(std::string_view path) {
    return ofText(PacketType::Open, path).u32(for_reading).u32(no_attributes);
}

Packet make(std::string_view path) {
    return ofText(PacketType::Open, path).u32(for_writing_a_new_file).u32(with_permissions).u32(file_mode);
}

Packet close(std::string_view handle) {
    return ofText(PacketType::Close, handle);
}

Packet read(std::string_view handle, std::uint64_t offset, std::uint32_t bytes) {
    return ofText(PacketType::Read, handle).u64(offset).u32(bytes);
}

Packet write(std::string_view handle, std::uint64_t offset, std::span<const std::byte> bytes) {
    return ofText(PacketType::Write, handle).u64(offset).text(bytes);
}

Packet lstat(std::string_view path) {
    return ofText(PacketType::Lstat, path);
}

Packet fstat(std::string_view handle) {
    return ofText(PacketType::Fstat, handle);
}

Packet openFolder(std::string_view path) {
    return ofText(PacketType::Opendir, path);
}

Packet readFolder(std::string_view handle) {
    return ofText(PacketType::Readdir, handle);
}

Packet remove(std::string_view path) {
    return ofText(PacketType::Remove, path);
}

Packet makeFolder(std::string_view path) {
    return ofText(PacketType::Mkdir, path).u32(with_permissions).u32(folder_mode);
}

Packet removeFolder(std::string_view path) {
    return ofText(PacketType::Rmdir, path);
}

Packet rename(std::string_view from, std::string_view to) {
    return ofText(PacketType::Rename, from).text(to);
}

Packet posixRename(std::string_view from, std::string_view to) {
    return extended(posix_rename_extension).text(from).text(to);
}

Packet fsync(std::string_view handle) {
    return extended(fsync_extension).text(handle);
}

Packet limits() {
    return extended(limits_extension);
}

Packet statvfs(std::string_view path) {
    return extended(statvfs_extension).text(path);
}

}  // namespace dbackup::sftp::requests
