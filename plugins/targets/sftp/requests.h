#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "packet.h"

namespace dbackup::sftp {

/// The requests that we make of a server, as packets.
namespace requests {

/// Version 3, which all servers speak.
Packet init();
/// For reading.
Packet open(std::string_view path);
/// For writing a file that must not be there yet, for its owner alone.
Packet make(std::string_view path);
Packet close(std::string_view handle);
Packet read(std::string_view handle, std::uint64_t offset, std::uint32_t bytes);
Packet write(std::string_view handle, std::uint64_t offset, std::span<const std::byte> bytes);
/// Of a link: of itself.
Packet lstat(std::string_view path);
Packet fstat(std::string_view handle);
Packet openFolder(std::string_view path);
Packet readFolder(std::string_view handle);
Packet remove(std::string_view path);
/// For its owner alone.
Packet makeFolder(std::string_view path);
Packet removeFolder(std::string_view path);
/// Refused by the server when the new name is taken.
Packet rename(std::string_view from, std::string_view to);

// Extensions of OpenSSH (its file PROTOCOL): only where the server has offered them.
Packet posixRename(std::string_view from, std::string_view to);  ///< replaces what has the new name
Packet fsync(std::string_view handle);
Packet limits();
Packet statvfs(std::string_view path);

}  // namespace requests

inline constexpr std::string_view posix_rename_extension = "posix-rename@openssh.com";
inline constexpr std::string_view fsync_extension = "fsync@openssh.com";
inline constexpr std::string_view limits_extension = "limits@openssh.com";
inline constexpr std::string_view statvfs_extension = "statvfs@openssh.com";

}  // namespace dbackup::sftp
