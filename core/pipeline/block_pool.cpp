#include "core/pipeline/block_pool.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "core/base/error.h"

namespace dbackup::pipeline {

Block::Block() : memory_(std::make_unique_for_overwrite<std::byte[]>(block_bytes)) {}

struct BlockPool::State {
    explicit State(std::size_t blocks) : limit(blocks) { free.reserve(blocks); }

    std::mutex mutex;
    std::condition_variable_any returned;
    std::size_t limit;
    std::size_t made = 0;
    std::vector<std::unique_ptr<Block>> free;  // never grows beyond what is reserved

    void giveBack(Block* block) noexcept {
        std::unique_ptr<Block> gone(block);
        gone->clear();
        {
            const std::lock_guard lock(mutex);
            if (made > limit) {
                --made;
                return;
            }
            free.push_back(std::move(gone));
        }
        returned.notify_one();
    }
    void raiseLimit(std::size_t blocks) {
        {
            const std::lock_guard lock(mutex);
            free.reserve(limit + blocks);
            limit += blocks;
        }
        returned.notify_all();
    }
    void lowerLimit(std::size_t blocks) noexcept {
        const std::lock_guard lock(mutex);
        limit -= blocks;
        while (made > limit && !free.empty()) {
            free.pop_back();
            --made;
        }
    }
};

BlockPool::BlockPool(std::size_t blocks) : state_(std::make_shared<State>(blocks)) {}

BlockPtr BlockPool::take(const std::stop_token& stop) {
    std::unique_ptr<Block> block;
    {
        std::unique_lock lock(state_->mutex);
        const bool there = state_->returned.wait(
            lock, stop, [this] { return !state_->free.empty() || state_->made < state_->limit; });
        if (!there) throw Error(ErrorKind::Cancelled, "the run was stopped");
        if (state_->free.empty()) {
            block = std::make_unique<Block>();
            ++state_->made;
        } else {
            block = std::move(state_->free.back());
            state_->free.pop_back();
        }
    }
    return {block.release(), [state = state_](Block* gone) { state->giveBack(gone); }};
}

std::size_t BlockPool::taken() const {
    const std::lock_guard lock(state_->mutex);
    return state_->made - state_->free.size();
}

MoreBlocks::MoreBlocks(BlockPool& pool, std::size_t blocks) : state_(pool.state_), blocks_(blocks) {
    state_->raiseLimit(blocks);
}

MoreBlocks::~MoreBlocks() {
    state_->lowerLimit(blocks_);
}

}  // namespace dbackup::pipeline
