#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/store/connection.h"
#include "core/store/database.h"

namespace dbackup::store {

/// The thread that writes: takes what is queued as one group, runs it in one transaction, commits, and only
/// then answers. While one commit waits for the disk the next group gathers, so many callers share one
/// fsync. [thread-safe]
class Writer {
public:
    /// @param log  gets the failures that nobody waits for; outlives the writer
    Writer(Connection connection, const Log& log);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    /// Works off what is queued.
    ~Writer();

    /// Returns when the work is on disk. @throws what it threw
    void run(const Database::Work& work);
    void post(Database::Work work);
    /// Within a work that this thread runs right now: its connection; else null.
    Connection* current() noexcept;
    /// How many transactions are on disk; counted before the callers of run() are answered.
    std::uint64_t commits() const noexcept { return commits_.load(); }

private:
    struct Item {
        Database::Work work;
        std::optional<std::promise<void>> promise;  ///< nothing: nobody waits
        std::exception_ptr error;
    };
    using Group = std::vector<Item>;

    void put(Item item);
    /// @return empty when the writer is to end
    Group take();
    void loop();
    void commitGroup(std::span<Item> group);
    void attempt(Item& item);
    void answer(Item& item);

    Connection connection_;
    const Log& log_;
    std::mutex mutex_;
    std::condition_variable not_empty_;
    std::condition_variable not_full_;
    std::deque<Item> queue_;
    bool stopping_ = false;
    std::atomic<std::uint64_t> commits_ = 0;
    std::jthread thread_;
};

}  // namespace dbackup::store
