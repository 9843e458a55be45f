#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "core/store/connection.h"
#include "core/store/database.h"

namespace dbackup::store {

/// Sessions for reading, opened when they are needed. The one used last is taken first, for its pages and
/// statements are the warm ones. Who waits is served in the order of coming: with a lock that anyone may
/// snatch, one request in a hundred waited for many others. [thread-safe]
class ReaderPool {
public:
    explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

    /// Runs `work` on a free session, within one snapshot; waits while all are in use. @throws Error
    void run(const Database::Work& work);

private:
    struct Waiter {
        std::condition_variable served;
        std::unique_ptr<Connection> reader;  ///< empty: one may be opened
        bool is_served = false;
    };

    std::unique_ptr<Connection> take();
    void giveBack(std::unique_ptr<Connection> reader) noexcept;

    std::filesystem::path file_;
    std::mutex mutex_;
    std::deque<Waiter*> waiting_;
    std::vector<std::unique_ptr<Connection>> free_;
    std::size_t open_ = 0;
};

}  // namespace dbackup::store
