#pragma once

#include <cstddef>
#include <vector>

#include "core/pipeline/block_queue.h"
#include "core/pipeline/feed.h"

namespace dbackup::pipeline {

/// A short queue of blocks: the one who fills it waits for the one who empties it. A volume can be had again
/// from its beginning as long as no second block of it was taken, since nothing but that first block is kept.
/// [push() and close() one thread, the rest another]
class QueueFeed final : public Feed {
public:
    QueueFeed();
    QueueFeed(const QueueFeed&) = delete;
    QueueFeed& operator=(const QueueFeed&) = delete;
    ~QueueFeed() override;

    /// Waits for room. @throws Error Cancelled, also after leave()
    void push(const Piece& piece, const std::stop_token& stop) { queue_.push(piece, stop); }
    /// No more will come.
    void close() { queue_.close(); }

    std::optional<Piece> next(const std::stop_token& stop) override;
    void committed() override;
    std::optional<std::string> rewind() override;
    void leave() override;

private:
    void keep(const Piece& piece);

    BlockQueue<Piece> queue_;
    std::vector<Piece> kept_;  ///< of the volume at hand: its first block, its end
    std::size_t again_ = 0;    ///< of kept_, to be given by next()
    bool lost_ = false;        ///< more than one block was taken
};

}  // namespace dbackup::pipeline
