#include "core/store/reader_pool.h"

#include "core/store/limits.h"

namespace dbackup::store {

namespace {

std::unique_ptr<Connection> openReader(const std::filesystem::path& file) {
    auto reader = std::make_unique<Connection>(file);
    reader->executeScript("PRAGMA query_only = ON; PRAGMA cache_size = -" + std::to_string(reader_cache_kib));
    return reader;
}

}  // namespace

void ReaderPool::run(const Database::Work& work) {
    std::unique_ptr<Connection> reader = take();
    if (!reader) {
        try {
            reader = openReader(file_);
        } catch (...) {
            giveBack(nullptr);
            throw;
        }
    }
    try {
        reader->execute("BEGIN");
        work(*reader);
        reader->execute("COMMIT");
    } catch (...) {
        // The session may be at fault; the next reader opens another one.
        reader.reset();
        giveBack(nullptr);
        throw;
    }
    giveBack(std::move(reader));
}

std::unique_ptr<Connection> ReaderPool::take() {
    std::unique_lock lock(mutex_);
    if (waiting_.empty()) {
        if (!free_.empty()) {
            auto reader = std::move(free_.back());
            free_.pop_back();
            return reader;
        }
        if (open_ < max_readers) {
            ++open_;
            return nullptr;
        }
    }
    Waiter waiter;
    waiting_.push_back(&waiter);
    waiter.served.wait(lock, [&] { return waiter.is_served; });
    return std::move(waiter.reader);
}

void ReaderPool::giveBack(std::unique_ptr<Connection> reader) noexcept {
    const std::scoped_lock lock(mutex_);
    if (!waiting_.empty()) {
        Waiter& next = *waiting_.front();
        waiting_.pop_front();
        next.reader = std::move(reader);
        next.is_served = true;
        next.served.notify_one();  // within the lock: the waiter is gone as soon as it may look
    } else if (reader) {
        free_.push_back(std::move(reader));
    } else {
        --open_;
    }
}

}  // namespace dbackup::store
