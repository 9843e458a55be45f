#include "core/pipeline/pipeline.h"

#include <atomic>

#include <pthread.h>

#include "core/pipeline/block_queue.h"
#include "core/pipeline/caught.h"

namespace dbackup::pipeline {

struct Pipeline::Shared {
    Shared(BlockPool& raw, std::stop_token token, Observer& observes)
        : pool(raw), stop(std::move(token)), observer(observes), queue(queue_blocks) {}

    BlockPool& pool;
    const std::stop_token stop;
    Observer& observer;
    BlockQueue<BlockPtr> queue;
    std::atomic<bool> finished = false;
    std::atomic<bool> given_up = false;

    void giveUpUnlessFinished() {
        if (finished) return;
        given_up = true;
        queue.fail(Error(ErrorKind::ToolFailed, "the engine ended without completing the dump"));
    }
};

class Pipeline::Sink final : public sdk::ByteSink {
public:
    explicit Sink(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink() override { shared_->giveUpUnlessFinished(); }

    std::span<std::byte> acquire() override {
        shared_->queue.throwIfFailed();
        if (!block_) block_ = shared_->pool.take(shared_->stop);
        return block_->room();
    }

    void produced(std::size_t bytes) override {
        if (!block_ || bytes > block_->room().size()) {
            throw Error(ErrorKind::Internal, "the engine says that it filled more than it was given");
        }
        block_->filled(bytes);
        shared_->observer.produced(bytes);
        if (block_->full()) shared_->queue.push(std::exchange(block_, nullptr), shared_->stop);
    }

    void finish() override {
        if (block_ && !block_->empty()) shared_->queue.push(std::exchange(block_, nullptr), shared_->stop);
        block_.reset();
        shared_->queue.throwIfFailed();
        shared_->queue.close();
        shared_->finished = true;
    }

private:
    std::shared_ptr<Shared> shared_;
    BlockPtr block_;
};

std::uint64_t StoredObject::storedBytes() const noexcept {
    std::uint64_t total = 0;
    for (const Volume& volume : volumes)
        total += volume.size_bytes;
    return total;
}

Pipeline::Pipeline(Parts parts)
    : parts_(std::move(parts)),
      chain_(parts_.stop, [this] { ended_.request_stop(); }),
      shared_(std::make_shared<Shared>(parts_.pools.raw, ended_.get_token(), parts_.observer)) {
    thread_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "compressor");
        body();
    });
}

Pipeline::~Pipeline() {
    // Nobody waits for the result any more: that it breaks is no loss.
    shared_->given_up = true;
    shared_->giveUpUnlessFinished();
    ended_.request_stop();
}

std::unique_ptr<sdk::ByteSink> Pipeline::sink() {
    return std::make_unique<Sink>(shared_);
}

StoredObject Pipeline::wait() {
    shared_->giveUpUnlessFinished();
    thread_.join();
    // What broke first when everything was told to stop is of no interest.
    if (error_ && parts_.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the run was stopped");
    if (error_) throw Error(*error_);
    return std::move(result_);
}

void Pipeline::body() {
    try {
        result_ = run();
    } catch (...) {
        error_ = caught("the pipeline");
        if (!shared_->given_up) parts_.observer.lost(*error_);
        shared_->queue.fail(*error_);
    }
}

StoredObject Pipeline::run() {
    StoredObject object;
    Sha256 hash;
    const std::stop_token stop = ended_.get_token();
    std::unique_ptr<Filter> compressor = makeCompressor(parts_.compression);
    FanOut fan_out({parts_.volumes, parts_.destinations, stop, parts_.observer, parts_.spool});
    BlockWriter out(parts_.pools.stored, stop, [&](const BlockPtr& block) { fan_out.write(block); });
    while (const std::optional<BlockPtr> block = shared_->queue.pop(stop)) {
        const std::span<const std::byte> bytes = (*block)->bytes();
        hash.update(bytes);
        object.original_bytes += bytes.size();
        if (compressor) {
            compressor->process(bytes, out);
        } else {
            fan_out.write(*block);
        }
    }
    if (compressor) {
        compressor->finish(out);
        out.flush();
        compressor.reset();  // its memory is not needed while destinations still drain
    }
    object.original_sha256 = hash.finishHex();
    object.volumes = fan_out.finish();
    return object;
}

}  // namespace dbackup::pipeline
