#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>

namespace dbackup::mysql {

/// Follows mariadb-backup's xbstream format while it streams past and tells whether it is complete: every
/// file that was begun has its end, the stream ends between two chunks, and the file that is written last is
/// there. A chunk is "XBSTCK01", flags, type ('P' piece, 'E' end of file), length of the path, path, and for
/// a piece length, offset, checksum and bytes. [one thread]
class XbstreamCheck {
public:
    /// @throws Error ToolFailed when the bytes are no such stream
    void update(std::span<const std::byte> bytes);
    /// @throws Error ToolFailed saying what is missing
    void requireComplete() const;

private:
    /// How many bytes the chunk's front has, as far as that is known from what came.
    std::size_t frontBytes() const;
    void takeFront();

    std::string front_;
    std::uint64_t skip_ = 0;  ///< bytes of a piece that are to come
    std::set<std::string> unfinished_;
    bool info_ = false;
};

}  // namespace dbackup::mysql
