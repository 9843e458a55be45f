#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include <dbackup/sdk/target.h>

#include "core/pipeline/block_pool.h"
#include "core/pipeline/block_queue.h"
#include "core/pipeline/destination.h"
#include "core/pipeline/observer.h"

namespace dbackup::pipeline {

/// Bytes of one volume on their way to a destination.
struct Piece {
    BlockPtr block;  ///< keeps the bytes; null when there are none
    std::span<const std::byte> bytes;
    std::string volume;  ///< name below the destination's root
    bool ends_volume = false;
};

/// Writes one object to one destination on a thread of its own. What goes wrong there fails the destination
/// and nothing else; an object that is given up is aborted and fails nothing. [one thread, except giveUp()]
class Uploader {
public:
    Uploader(Destination& destination, std::stop_token stop, Observer& observer);
    Uploader(const Uploader&) = delete;
    Uploader& operator=(const Uploader&) = delete;
    /// Gives up what was not finished, and joins.
    ~Uploader();

    /// Waits for room. Does nothing once the destination has failed. @throws Error Cancelled
    void push(const Piece& piece);
    /// No more will come: waits until everything is stored, the destination has failed or the run was
    /// stopped.
    void finish();
    /// Aborts the object, as far as it is not stored. [thread-safe]
    void giveUp();

private:
    void body();
    void store(const Piece& piece);
    void commit(const std::string& name);

    Destination& destination_;
    std::stop_token stop_;
    Observer& observer_;
    BlockQueue<Piece> queue_;
    std::unique_ptr<sdk::ObjectWriter> writer_;
    std::uint64_t written_ = 0;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace dbackup::pipeline
