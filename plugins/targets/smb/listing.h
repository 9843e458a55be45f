#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dbackup::smb {

/// A row of smbclient's ls: "  name            A     6  Sat Nov 28 11:53:21 2026".
struct ListRow {
    std::string name;  ///< ours, not the share's
    bool folder = false;
    std::uint64_t size_bytes = 0;
    std::chrono::system_clock::time_point modified;
};

/// Nothing for a line that is no row. smbclient must have run with the time zone UTC.
std::optional<ListRow> listRow(std::string_view line);

/// What the last line of ls tells: "\t\t100 blocks of size 1024. 7 blocks available" are 7,168 bytes. Nothing
/// for another line.
std::optional<std::uint64_t> freeBytes(std::string_view line);

}  // namespace dbackup::smb
