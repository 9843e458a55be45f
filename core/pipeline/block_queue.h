#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/base/error.h"

namespace dbackup::pipeline {

/// A bounded queue between two threads. It ends in one of two ways: close() lets the reader take what is
/// left, fail() throws away what is left and gives both sides the error. [thread-safe]
template <class Item>
class BlockQueue {
public:
    /// @param limit  how many items may wait, at least 1
    explicit BlockQueue(std::size_t limit) : limit_(limit) {}

    /// Waits for room.
    /// @throws the error of fail(); Error Cancelled when `stop` is requested; Internal after close()
    void push(Item item, const std::stop_token& stop) {
        {
            std::unique_lock lock(mutex_);
            wait(lock, stop, [this] { return items_.size() < limit_ || closed_; });
            if (closed_) throw Error(ErrorKind::Internal, "bytes were added to an object that was complete");
            items_.push_back(std::move(item));
        }
        changed_.notify_all();
    }

    /// Waits for an item; nothing after the last item of a closed queue.
    /// @throws the error of fail(); Error Cancelled when `stop` is requested
    std::optional<Item> pop(const std::stop_token& stop) {
        std::optional<Item> item;
        {
            std::unique_lock lock(mutex_);
            wait(lock, stop, [this] { return !items_.empty() || closed_; });
            if (items_.empty()) return item;
            item = std::move(items_.front());
            items_.pop_front();
        }
        changed_.notify_all();
        return item;
    }

    /// @throws the error of fail(), if there was one
    void throwIfFailed() const {
        const std::lock_guard lock(mutex_);
        if (error_) throw Error(*error_);
    }

    /// No more items will come.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_all();
    }

    /// Ends the queue with an error; the first one counts, also over close().
    void fail(const Error& error) {
        std::deque<Item> dropped;  // their destructors run without the lock
        {
            const std::lock_guard lock(mutex_);
            if (!error_) error_ = error;
            dropped.swap(items_);
        }
        changed_.notify_all();
    }

private:
    template <class Condition>
    void wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Condition condition) {
        const bool met = changed_.wait(lock, stop, [&] { return error_ || condition(); });
        if (error_) throw Error(*error_);
        if (!met) throw Error(ErrorKind::Cancelled, "the run was stopped");
    }

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Item> items_;
    std::optional<Error> error_;
    bool closed_ = false;
};

}  // namespace dbackup::pipeline
