#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connection.h"

namespace dbackup::redis {

/// The RDB file that a master sends to a new replica. Either its size is told before ("$123"), or it ends
/// with a mark of forty random bytes ("$EOF:..."), when the master writes it straight to its replicas. (Redis
/// source, src/replication.c, readSyncBulkPayload.) [one thread]
class SnapshotStream {
public:
    /// Asks for the snapshot. @param connection  must outlive the object  @throws Error Permission,
    /// Unavailable, Unsupported
    explicit SnapshotStream(Connection& connection);

    /// The next bytes, valid until the next call; nothing at the end of the whole file.
    /// @throws Error Unavailable when the connection ends before
    std::span<const std::byte> next();
    /// Where the master has told it.
    std::optional<std::uint64_t> size() const { return size_; }

private:
    std::span<const std::byte> nextOfSize();
    std::span<const std::byte> nextToMark();
    [[noreturn]] void cut() const;

    Connection& connection_;
    std::optional<std::uint64_t> size_;
    std::string mark_;
    std::uint64_t received_ = 0;
    std::vector<std::byte> buffer_;
    std::size_t held_ = 0;   // at the front of the buffer: bytes that may be the mark
    std::size_t given_ = 0;  // before them: what the last call gave
    bool ended_ = false;
};

}  // namespace dbackup::redis
