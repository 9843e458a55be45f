#pragma once

#include <cstdint>
#include <string>

#include <dbackup/sdk/target.h>
#include <dbackup/sdk/unique_fd.h>

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
    ~RsyncReader() override;

    std::size_t read(std::span<std::byte> into) override;

private:
    void fetchPiece();

    Rsync& rsync_;
    const std::string name_;
    sdk::RunContext& run_;
    const std::string piece_path_;
    sdk::UniqueFd piece_;
    std::uint64_t at_;
    std::uint64_t fetched_;  ///< up to here it lies on this machine
    const std::uint64_t end_;
};

}  // namespace dbackup::rsync
