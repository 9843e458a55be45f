#include "core/pipeline/fan_out.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dbackup::pipeline {

FanOut::FanOut(VolumePlan plan,
               std::vector<Destination*> destinations,
               const std::stop_token& stop,
               Observer& observer)
    : plan_(std::move(plan)), destinations_(std::move(destinations)), stop_(stop) {
    for (Destination* destination : destinations_)
        uploaders_.push_back(std::make_unique<Uploader>(*destination, stop, observer));
}

FanOut::~FanOut() {
    for (const auto& uploader : uploaders_)
        uploader->giveUp();
}

void FanOut::write(const BlockPtr& block) {
    std::span<const std::byte> rest = block->bytes();
    while (!rest.empty()) {
        if (volume_size_ == plan_.volume_bytes) endVolume();
        const std::uint64_t room = plan_.volume_bytes - volume_size_;
        const auto part = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, rest.size())));
        hash_.update(part);
        volume_size_ += part.size();
        push({block, part, volumeName(), false});
        rest = rest.subspan(part.size());
    }
}

std::vector<Volume> FanOut::finish() {
    endVolume();
    for (const auto& uploader : uploaders_)
        uploader->finish();
    if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "the run was stopped");
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
    for (const auto& uploader : uploaders_)
        uploader->push(piece);
    requireOne();
}

void FanOut::requireOne() const {
    const auto failed = [](const Destination* destination) { return destination->failed(); };
    if (std::all_of(destinations_.begin(), destinations_.end(), failed)) throw allFailed(destinations_);
}

std::string FanOut::volumeName() const {
    if (volumes_.empty() && !plan_.numbered) return plan_.name;
    std::array<char, 16> suffix{};
    const int length = std::snprintf(suffix.data(), suffix.size(), ".%03zu", volumes_.size());
    return plan_.name + std::string(suffix.data(), static_cast<std::size_t>(length));
}

}  // namespace dbackup::pipeline
