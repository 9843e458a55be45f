#include "core/pipeline/queue_feed.h"

#include <algorithm>

#include "core/pipeline/limits.h"

namespace dbackup::pipeline {

Feed::~Feed() = default;

QueueFeed::QueueFeed() : queue_(queue_blocks) {}

QueueFeed::~QueueFeed() = default;

std::optional<Piece> QueueFeed::next(const std::stop_token& stop) {
    if (again_ < kept_.size()) return kept_[again_++];
    std::optional<Piece> piece = queue_.pop(stop);
    if (piece) keep(*piece);
    return piece;
}

void QueueFeed::keep(const Piece& piece) {
    const auto has_bytes = [](const Piece& one) { return !one.bytes.empty(); };
    if (has_bytes(piece) && std::any_of(kept_.begin(), kept_.end(), has_bytes)) lost_ = true;
    if (lost_) {
        kept_.clear();
    } else {
        kept_.push_back(piece);
    }
    again_ = kept_.size();
}

void QueueFeed::committed() {
    kept_.clear();
    again_ = 0;
    lost_ = false;
}

std::optional<std::string> QueueFeed::rewind() {
    if (lost_) return "its first bytes are gone, as the job has no spool (spoolBytes)";
    again_ = 0;
    return std::nullopt;
}

void QueueFeed::leave() {
    committed();
    queue_.fail(Error(ErrorKind::Cancelled, "the object was given up"));
}

}  // namespace dbackup::pipeline
