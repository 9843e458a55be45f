#pragma once

#include <cstdint>
#include <string>

#include <dbackup/sdk/target.h>

#include "piece_file.h"
#include "rsync.h"

namespace dbackup::rsync {

/// Reads a range of an object piece by piece: rsync appends to a file of this machine that has a hole for all
/// that comes before, and is ended by a limit on the file's size when the piece is whole. [one thread at a
/// time]
class RsyncReader final : public sdk::ObjectReader {
public:
    RsyncReader(Rsync& rsync, std::string name, std::uint64_t begin, std::uint64_t end, sdk::RunContext& run);
    RsyncReader(const RsyncReader&) = delete;
    RsyncReader& operator=(const RsyncReader&) = delete;
    ~RsyncReader() override = default;

    std::size_t read(std::span<std::byte> into) override;

private:
    void fetchPiece();

    const std::unique_ptr<SharedConnection> connection_;  // where there are several pieces
    Rsync rsync_;
    const std::string name_;
    sdk::RunContext& run_;
    PieceFile piece_;
    std::uint64_t at_;
    std::uint64_t fetched_;  ///< up to here it lies on this machine
    const std::uint64_t end_;
};

}  // namespace dbackup::rsync
