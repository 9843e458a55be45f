#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dbackup::postgres {

/// Follows pg_basebackup's tar while it streams past and tells whether it is complete: each member's header
/// has its checksum and its bytes are all there, the members that a server cannot start without came, and WAL
/// and the manifest with them, and the archive has its end mark with nothing behind it. Members other than
/// files and folders below the data folder are refused. [one thread]
class TarCheck {
public:
    /// @throws Error ToolFailed when the bytes are no such archive
    void update(std::span<const std::byte> bytes);
    /// @throws Error ToolFailed saying what is missing
    void requireComplete() const;

private:
    void takeHeader();
    void takeMember(const std::string& name, std::uint64_t size);

    std::string header_;
    std::uint64_t skip_ = 0;  ///< bytes of a member, padding included, that are to come
    int zero_blocks_ = 0;
    bool control_ = false;
    bool label_ = false;
    bool wal_ = false;
    bool manifest_ = false;
};

}  // namespace dbackup::postgres
