#include "core/store/writer.h"

#include <algorithm>

#include <pthread.h>

#include "core/base/error.h"
#include "core/store/limits.h"
#include "core/store/transaction.h"

namespace dbackup::store {

namespace {

std::string textOf(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        return known.text();
    } catch (const std::exception& other) {
        return other.what();
    }
}

}  // namespace

Writer::Writer(Connection connection, const Log& log) : connection_(std::move(connection)), log_(log) {
    thread_ = std::jthread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), "store-writer");
}

Writer::~Writer() {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    not_empty_.notify_one();
}

void Writer::run(const Database::Work& work) {
    std::promise<void> promise;
    std::future<void> done = promise.get_future();
    put({work, std::move(promise), nullptr});
    done.get();
}

Connection* Writer::current() noexcept {
    return std::this_thread::get_id() == thread_.get_id() ? &connection_ : nullptr;
}

void Writer::post(Database::Work work) {
    put({std::move(work), std::nullopt, nullptr});
}

void Writer::put(Item item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return queue_.size() < max_queued_writes; });
    queue_.push_back(std::move(item));
    not_empty_.notify_one();
}

Writer::Group Writer::take() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    Group group;
    const std::size_t size = std::min(queue_.size(), max_group);
    std::move(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size), std::back_inserter(group));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
    not_full_.notify_all();
    return group;
}

void Writer::loop() {
    for (Group group = take(); !group.empty(); group = take()) {
        commitGroup(group);
        for (Item& item : group) {
            answer(item);
        }
    }
}

// A full disk can undo the transaction of the whole group. Then each work gets its own, so that what still
// fits is written, and who asked for too much is the one to be told.
void Writer::commitGroup(std::span<Item> group) {
    std::exception_ptr failure;
    std::optional<Transaction> transaction;
    try {
        transaction.emplace(connection_);
        for (Item& item : group) {
            attempt(item);
        }
        transaction->commit();
        ++commits_;
        return;
    } catch (...) {
        failure = std::current_exception();
    }
    if (transaction && group.size() > 1) {
        transaction.reset();
        for (Item& item : group) {
            item.error = nullptr;
            commitGroup({&item, 1});
        }
        return;
    }
    for (Item& item : group) {
        item.error = failure;
    }
}

void Writer::attempt(Item& item) {
    connection_.execute("SAVEPOINT work");
    try {
        item.work(connection_);
    } catch (...) {
        item.error = std::current_exception();
        if (!connection_.inTransaction()) {
            throw;  // SQLite has undone the whole group
        }
        connection_.execute("ROLLBACK TO work");
    }
    connection_.execute("RELEASE work");
}

void Writer::answer(Item& item) {
    if (item.promise && item.error) {
        item.promise->set_exception(item.error);
    } else if (item.promise) {
        item.promise->set_value();
    } else if (item.error) {
        log_.error("a change of the history was lost: " + textOf(item.error));
    }
}

}  // namespace dbackup::store
