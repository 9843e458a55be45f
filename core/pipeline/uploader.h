#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include <dbackup/sdk/target.h>

#include "core/pipeline/destination.h"
#include "core/pipeline/feed.h"
#include "core/pipeline/observer.h"

namespace dbackup::pipeline {

/// Writes one object to one destination on a thread of its own. A volume whose upload breaks with a retryable
/// error is begun again, as often as the destination allows and as long as its bytes can be had again;
/// volumes that are committed stay. What goes wrong for good fails the destination and nothing else; an
/// object that is given up is aborted and fails nothing. [one thread, except giveUp()]
class Uploader {
public:
    /// @param destination, observer  outlive it
    Uploader(Destination& destination,
             std::unique_ptr<Feed> feed,
             const std::stop_token& stop,
             Observer& observer);
    Uploader(const Uploader&) = delete;
    Uploader& operator=(const Uploader&) = delete;
    /// Gives up what was not finished, and joins.
    ~Uploader();

    /// Waits until everything is stored, the destination has failed or the run was stopped. By now the feed
    /// knows its end.
    void finish();
    /// Aborts the object, as far as it is not stored. [thread-safe]
    void giveUp();

private:
    void body();
    bool isOver() const;
    void storeAll();
    void store(const Piece& piece);
    void write(std::span<const std::byte> bytes);
    void commit(const std::string& name);
    void beginAgain(const std::string& name, const Error& error);
    void pause();

    Destination& destination_;
    const std::unique_ptr<Feed> feed_;
    std::stop_source ended_;  ///< the run was stopped, or the object given up
    const std::stop_callback<std::function<void()>> chain_;
    Observer& observer_;
    std::unique_ptr<sdk::ObjectWriter> writer_;
    // Of the volume at hand:
    std::uint64_t written_ = 0;  ///< in this attempt
    std::uint64_t counted_ = 0;  ///< what the observer knows of
    unsigned failures_ = 0;
    bool may_exist_ = false;  ///< a commit was tried, and may have worked
    std::jthread thread_;     // last: it uses all of the above
};

}  // namespace dbackup::pipeline
