#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/pipeline/block_pool.h"

namespace dbackup::pipeline {

/// Bytes of one volume on their way to a destination.
struct Piece {
    BlockPtr block;  ///< keeps the bytes; null when something else does
    std::span<const std::byte> bytes;
    std::string volume;  ///< name below the destination's root
    bool ends_volume = false;
};

/// Where the uploader of one destination gets an object from. [one thread]
class Feed {
public:
    Feed() = default;
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    virtual ~Feed();

    /// Waits for the next piece, whose bytes last until the call after it; nothing after the last one.
    /// @throws Error Cancelled when `stop` is requested; what goes wrong with a spool
    virtual std::optional<Piece> next(const std::stop_token& stop) = 0;
    /// The volume that next() gave the end of is stored: nobody will ask for its bytes again.
    virtual void committed() = 0;
    /// Goes back to the beginning of the volume that is not committed yet.
    /// @return nothing, or why its bytes cannot be had again
    virtual std::optional<std::string> rewind() = 0;
    /// Takes no more: what it holds is let go, and nobody waits for it. Idempotent.
    virtual void leave() = 0;
};

}  // namespace dbackup::pipeline
