#pragma once

#include <memory>

#include "core/pipeline/filter.h"

namespace dbackup::pipeline {

/// Makes one gzip member (RFC 1952).
class GzipCompressor final : public Filter {
public:
    /// @param level  1 to 9, or 0 = 6
    explicit GzipCompressor(int level);
    GzipCompressor(const GzipCompressor&) = delete;
    GzipCompressor& operator=(const GzipCompressor&) = delete;
    ~GzipCompressor() override;

    void process(std::span<const std::byte> bytes, BlockWriter& out) override;
    void finish(BlockWriter& out) override;

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace dbackup::pipeline
