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
#include "core/pipeline/queue_feed.h"
#include "core/pipeline/spool.h"
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

/// Cuts a stream into volumes, hashes each, and hands the bytes to one uploader per destination: the same
/// blocks to all, or through a spool that each reads at its own pace. Destinations fail alone. Destroyed
/// before finish(): aborted everywhere. [one thread]
class FanOut {
public:
    struct Parts {
        VolumePlan plan;
        std::vector<Destination*> destinations;  ///< one at least; they outlive it
        std::stop_token stop;
        Observer& observer;           ///< outlives it
        SpoolSpace* spool = nullptr;  ///< outlives it; null = no spool
    };
    /// @throws Error when there can be no spool
    explicit FanOut(Parts parts);
    FanOut(const FanOut&) = delete;
    FanOut& operator=(const FanOut&) = delete;
    ~FanOut();

    /// Without a spool it waits for the slowest destination, with one for space.
    /// @throws Error of all destinations when none is left; of the spool; Cancelled
    void write(const BlockPtr& block);
    /// The stream is complete. Returns when every destination has stored it or failed.
    /// @throws Error as of write()
    std::vector<Volume> finish();

private:
    std::unique_ptr<Feed> makeFeed(std::size_t number);
    void push(const Piece& piece);
    void pushToQueues(const Piece& piece);
    void close();
    void endVolume();
    std::string volumeName() const;
    std::size_t countGood() const;
    void requireOne() const;

    const Parts parts_;
    Sha256 hash_;
    std::uint64_t volume_size_ = 0;
    std::vector<Volume> volumes_;
    std::unique_ptr<Spool> spool_;
    std::vector<QueueFeed*> queues_;  ///< of the uploaders when there is no spool
    std::vector<std::unique_ptr<Uploader>> uploaders_;
};

}  // namespace dbackup::pipeline
