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
    const std::size_t limit;
    std::size_t made = 0;
    std::vector<std::unique_ptr<Block>> free;  // never grows beyond what is reserved

    void giveBack(Block* block) noexcept {
        block->clear();
        {
            const std::lock_guard lock(mutex);
            free.emplace_back(block);
        }
        returned.notify_one();
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

}  // namespace dbackup::pipeline
