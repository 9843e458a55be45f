#include "core/pipeline/fan_out.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dbackup::pipeline {

FanOut::FanOut(Parts parts) : parts_(std::move(parts)) {
    if (parts_.spool != nullptr) spool_ = std::make_unique<Spool>(*parts_.spool, parts_.destinations.size());
    for (Destination* destination : parts_.destinations) {
        uploaders_.push_back(std::make_unique<Uploader>(
            *destination, makeFeed(uploaders_.size()), parts_.stop, parts_.observer));
    }
}

FanOut::~FanOut() {
    for (const auto& uploader : uploaders_)
        uploader->giveUp();
}

std::unique_ptr<Feed> FanOut::makeFeed(std::size_t number) {
    if (spool_) return spool_->feed(number);
    auto feed = std::make_unique<QueueFeed>();
    queues_.push_back(feed.get());
    return feed;
}

void FanOut::write(const BlockPtr& block) {
    std::span<const std::byte> rest = block->bytes();
    while (!rest.empty()) {
        const std::uint64_t volume_bytes = parts_.plan.volume_bytes;
        if (volume_size_ == volume_bytes) endVolume();
        const std::uint64_t room = volume_bytes - volume_size_;
        const auto part = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, rest.size())));
        hash_.update(part);
        volume_size_ += part.size();
        parts_.observer.handedOn(part.size() * countGood());
        push({block, part, volumeName(), false});
        rest = rest.subspan(part.size());
    }
}

std::vector<Volume> FanOut::finish() {
    endVolume();
    close();
    for (const auto& uploader : uploaders_)
        uploader->finish();
    if (parts_.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the run was stopped");
    requireOne();
    return std::move(volumes_);
}

void FanOut::endVolume() {
    const std::string name = volumeName();
    push({nullptr, {}, name, true});
    volumes_.push_back({name, volume_size_, hash_.finishHex()});
    volume_size_ = 0;
}

void FanOut::push(const Piece& piece) {
    if (spool_) {
        spool_->push(piece, parts_.stop);
    } else {
        pushToQueues(piece);
    }
    requireOne();
}

void FanOut::pushToQueues(const Piece& piece) {
    for (std::size_t i = 0; i < queues_.size(); ++i) {
        try {
            queues_[i]->push(piece, parts_.stop);
        } catch (const Error&) {
            if (!parts_.destinations[i]->failed()) throw;
        }
    }
}

void FanOut::close() {
    if (spool_) spool_->close();
    for (QueueFeed* queue : queues_)
        queue->close();
}

std::size_t FanOut::countGood() const {
    const auto& all = parts_.destinations;
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const Destination* one) { return !one->failed(); }));
}

void FanOut::requireOne() const {
    if (countGood() == 0) throw allFailed(parts_.destinations);
}

std::string FanOut::volumeName() const {
    const VolumePlan& plan = parts_.plan;
    if (volumes_.empty() && !plan.numbered) return plan.name;
    std::array<char, 16> suffix{};
    const int length = std::snprintf(suffix.data(), suffix.size(), ".%03zu", volumes_.size());
    return plan.name + std::string(suffix.data(), static_cast<std::size_t>(length));
}

}  // namespace dbackup::pipeline
