#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/hash.h"
#include "core/pipeline/block_pool.h"
#include "core/pipeline/destination.h"
#include "core/pipeline/observer.h"
#include "core/pipeline/uploader.h"

namespace dbackup::pipeline {

/// One stored piece of an object.
struct Volume {
    std::string name;  ///< below the destination's root
    std::uint64_t size_bytes = 0;
    std::string sha256;
};

/// How a stored stream is named and cut.
struct VolumePlan {
    std::string name;  ///< of the object, below the destination's root
    /// Even the first volume gets a number (`.000`): for what is expected to need several. Otherwise the
    /// first bears the plain name and only those after it are numbered.
    bool numbered = false;
    std::uint64_t volume_bytes = 64ULL << 30;
};

/// Cuts a stream into volumes, hashes each, and hands the same blocks to one uploader per destination.
/// Destinations fail alone. Destroyed before finish(): aborted everywhere. [one thread]
class FanOut {
public:
    /// @param destinations  one at least; they outlive it
    FanOut(VolumePlan plan,
           std::vector<Destination*> destinations,
           const std::stop_token& stop,
           Observer& observer);
    FanOut(const FanOut&) = delete;
    FanOut& operator=(const FanOut&) = delete;
    ~FanOut();

    /// @throws Error of all destinations when none is left; Cancelled
    void write(const BlockPtr& block);
    /// The stream is complete. Returns when every destination has stored it or failed.
    /// @throws Error of all destinations when none is left; Cancelled
    std::vector<Volume> finish();

private:
    void push(const Piece& piece);
    void endVolume();
    std::string volumeName() const;
    void requireOne() const;

    const VolumePlan plan_;
    const std::vector<Destination*> destinations_;
    const std::stop_token stop_;
    Sha256 hash_;
    std::uint64_t volume_size_ = 0;
    std::vector<Volume> volumes_;
    std::vector<std::unique_ptr<Uploader>> uploaders_;
};

}  // namespace dbackup::pipeline
