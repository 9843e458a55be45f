#include "core/store/reader_pool.h"

#include <atomic>
#include <fstream>
#include <future>
#include <latch>
#include <numeric>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/store/limits.h"
#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::store::Connection;
using dbackup::store::ReaderPool;

namespace {

bool sleeps(pid_t thread) {
    std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
    const std::string line((std::istreambuf_iterator<char>(stat)), {});
    const std::size_t name_end = line.rfind(')');
    return name_end != std::string::npos && line.substr(name_end + 2, 1) == "S";
}

/// A pool all of whose readers are at work: one until releaseOne(), the others until releaseOthers().
class BusyPool : public test::StoreFixture {
public:
    BusyPool() {
        std::latch busy(store::max_readers);
        for (std::size_t i = 0; i < store::max_readers; ++i) {
            std::latch& released = i == 0 ? one_released_ : others_released_;
            holders.push_back(std::async(std::launch::async, [&] {
                pool.run([&](Connection&) {
                    busy.count_down();
                    released.wait();
                    if (holders_fail) throw std::runtime_error("the session is at fault");
                });
            }));
        }
        busy.wait();
    }
    /// Starts a thread that asks for a reader, and returns once it waits for one.
    std::future<void> waitFor(const store::Database::Work& work) {
        std::promise<pid_t> id;
        std::future<pid_t> thread = id.get_future();
        auto done = std::async(std::launch::async, [this, work, id = std::move(id)]() mutable {
            id.set_value(gettid());
            pool.run(work);
        });
        const pid_t waiter = thread.get();
        while (!sleeps(waiter))
            std::this_thread::yield();
        return done;
    }
    void releaseOne() { one_released_.count_down(); }
    void releaseOthers() { others_released_.count_down(); }

private:
    std::latch one_released_{1};
    std::latch others_released_{1};

public:
    ReaderPool pool{file};
    bool holders_fail = false;
    std::vector<std::future<void>> holders;
};

std::int64_t tablesOf(Connection& connection) {
    return connection.select<std::int64_t>("SELECT count(*) FROM sqlite_master").front();
}

}  // namespace

TEST_CASE_METHOD(BusyPool, "Readers: who waits is served in the order of coming") {
    std::vector<int> served;
    std::vector<std::future<void>> waiters;
    for (int i = 0; i < 20; ++i)
        waiters.push_back(waitFor([&, i](Connection&) { served.push_back(i); }));
    // All by this one's session, one after another.
    releaseOne();
    for (auto& waiter : waiters)
        waiter.get();
    releaseOthers();
    for (auto& holder : holders)
        holder.get();
    std::vector<int> expected(20);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(served == expected);
}

TEST_CASE_METHOD(BusyPool, "Readers: a session that failed is followed by a new one for who waits") {
    holders_fail = true;
    std::atomic<std::int64_t> tables = 0;
    std::vector<std::future<void>> waiters;
    for (std::size_t i = 0; i < store::max_readers + 1; ++i)
        waiters.push_back(waitFor([&](Connection& connection) { tables += tablesOf(connection); }));
    releaseOne();
    releaseOthers();
    for (auto& holder : holders)
        CHECK_THROWS_AS(holder.get(), std::runtime_error);
    for (auto& waiter : waiters)
        waiter.get();
    CHECK(tables > 0);
}

TEST_CASE_METHOD(test::StoreFixture, "Readers: one that cannot be opened leaves room for the next") {
    const auto no_database = folder / "no-database";
    std::ofstream(no_database) << std::string(4096, 'x');
    ReaderPool pool(no_database);
    for (std::size_t i = 0; i <= store::max_readers; ++i)
        CHECK_THROWS_AS(pool.run([](Connection&) {}), Error);
}
