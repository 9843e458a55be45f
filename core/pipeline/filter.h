#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "core/pipeline/block_pool.h"

namespace dbackup::pipeline {

/// Collects bytes into blocks of a pool and hands on each block that is full. [one thread]
class BlockWriter {
public:
    using Consumer = std::function<void(BlockPtr)>;

    BlockWriter(BlockPool& pool, std::stop_token stop, Consumer consumer);

    /// Room in the current block, never empty. @throws Error Cancelled
    std::span<std::byte> room();
    /// So many bytes of room() are filled.
    void filled(std::size_t bytes);
    /// Hands on what is left, if anything.
    void flush();

private:
    BlockPool& pool_;
    std::stop_token stop_;
    Consumer consumer_;
    BlockPtr block_;
};

/// One step that turns a stream of bytes into another: compression now, encryption later. [one thread]
class Filter {
public:
    Filter() = default;
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;
    virtual ~Filter();

    /// Takes all bytes and writes what is ready.
    virtual void process(std::span<const std::byte> bytes, BlockWriter& out) = 0;
    /// The stream is complete: writes what is left. Once, last.
    virtual void finish(BlockWriter& out) = 0;
};

/// How objects are compressed.
struct Compression {
    std::string kind = "zstd";  ///< "zstd" | "gzip" | "none"
    int level = 0;              ///< 0 = the default of the kind: zstd 3, gzip 6
    unsigned threads = 1;       ///< of zstd, beside the caller's; 0 = the caller's alone
};

/// "zst", "gz" or "": what an object's name gets. @throws Error Settings for an unknown kind
std::string extensionOf(const std::string& compression);

/// The filter of a kind; null for "none". @throws Error Settings for an unknown kind or a level out of range
std::unique_ptr<Filter> makeCompressor(const Compression& compression);

}  // namespace dbackup::pipeline
