#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>

#include "core/pipeline/limits.h"

namespace dbackup::pipeline {

/// A piece of memory of block_bytes: filled by one thread, then read by any number. [one thread while it is
/// filled]
class Block {
public:
    Block();
    /// What is not filled yet.
    std::span<std::byte> room() noexcept { return {memory_.get() + size_, block_bytes - size_}; }
    void filled(std::size_t bytes) noexcept { size_ += bytes; }
    std::span<const std::byte> bytes() const noexcept { return {memory_.get(), size_}; }
    bool full() const noexcept { return size_ == block_bytes; }
    bool empty() const noexcept { return size_ == 0; }
    void clear() noexcept { size_ = 0; }

private:
    std::unique_ptr<std::byte[]> memory_;
    std::size_t size_ = 0;
};

/// Shared by the uploaders that read it; goes back to its pool with the last of them.
using BlockPtr = std::shared_ptr<Block>;

/// A fixed number of blocks, made when first needed. Blocks may outlive the pool. [thread-safe]
class BlockPool {
public:
    explicit BlockPool(std::size_t blocks);

    /// An empty block; waits until one is free.
    /// @throws Error Cancelled when `stop` is requested first
    BlockPtr take(const std::stop_token& stop);
    /// How many blocks are in hands now.
    std::size_t taken() const;

private:
    friend class MoreBlocks;
    struct State;
    std::shared_ptr<State> state_;  ///< shared with the blocks that are out
};

/// Lets a pool have more blocks for as long as the object lives. [thread-safe]
class MoreBlocks {
public:
    MoreBlocks(BlockPool& pool, std::size_t blocks);
    MoreBlocks(const MoreBlocks&) = delete;
    MoreBlocks& operator=(const MoreBlocks&) = delete;
    ~MoreBlocks();

private:
    const std::shared_ptr<BlockPool::State> state_;
    const std::size_t blocks_;
};

}  // namespace dbackup::pipeline
