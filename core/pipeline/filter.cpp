#include "core/pipeline/filter.h"

#include <utility>

#include "core/base/error.h"
#include "core/pipeline/gzip_compressor.h"
#include "core/pipeline/zstd_compressor.h"

namespace dbackup::pipeline {

Filter::~Filter() = default;

BlockWriter::BlockWriter(BlockPool& pool, std::stop_token stop, Consumer consumer)
    : pool_(pool), stop_(std::move(stop)), consumer_(std::move(consumer)) {}

std::span<std::byte> BlockWriter::room() {
    if (!block_) block_ = pool_.take(stop_);
    return block_->room();
}

void BlockWriter::filled(std::size_t bytes) {
    block_->filled(bytes);
    if (block_->full()) consumer_(std::exchange(block_, nullptr));
}

void BlockWriter::flush() {
    if (block_ && !block_->empty()) consumer_(std::exchange(block_, nullptr));
    block_.reset();
}

std::string extensionOf(const std::string& compression) {
    if (compression == "zstd") return "zst";
    if (compression == "gzip") return "gz";
    if (compression == "none") return {};
    throw Error(ErrorKind::Settings, "unknown compression \"" + compression + "\"", "use zstd, gzip or none");
}

std::unique_ptr<Filter> makeCompressor(const Compression& compression) {
    const std::string extension = extensionOf(compression.kind);
    if (extension == "zst") return std::make_unique<ZstdCompressor>(compression.level, compression.threads);
    if (extension == "gz") return std::make_unique<GzipCompressor>(compression.level);
    return nullptr;
}

}  // namespace dbackup::pipeline
