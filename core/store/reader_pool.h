#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "core/store/connection.h"
#include "core/store/database.h"

namespace dbackup::store {

/// Sessions for reading, opened when they are needed. The one used last is taken first, for its pages and
/// statements are the warm ones. [thread-safe]
class ReaderPool {
public:
    explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

    /// Runs `work` on a free session, within one snapshot; waits while all are in use. @throws Error
    void run(const Database::Work& work);

private:
    std::unique_ptr<Connection> take();
    void giveBack(std::unique_ptr<Connection> reader) noexcept;

    std::filesystem::path file_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> free_;
    std::size_t open_ = 0;
};

}  // namespace dbackup::store
