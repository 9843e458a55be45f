#pragma once

#include <memory>

#include "core/pipeline/filter.h"

namespace dbackup::pipeline {

/// Makes one zstd frame (RFC 8878) with a checksum, on threads of libzstd's own.
class ZstdCompressor final : public Filter {
public:
    /// @param level  1 to 19, or 0 = 3
    /// @param threads  0 = compress on the calling thread
    ZstdCompressor(int level, unsigned threads);
    ZstdCompressor(const ZstdCompressor&) = delete;
    ZstdCompressor& operator=(const ZstdCompressor&) = delete;
    ~ZstdCompressor() override;

    void process(std::span<const std::byte> bytes, BlockWriter& out) override;
    void finish(BlockWriter& out) override;

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace dbackup::pipeline
