#include "core/store/database.h"

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>

#include "core/store/limits.h"
#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::store::Connection;
using dbackup::test::kindThrownBy;

namespace {

struct NumbersFixture : test::StoreFixture {
    NumbersFixture() {
        database.write([](Connection& connection) {
            connection.executeScript(
                "CREATE TABLE numbers (place INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER NOT NULL UNIQUE "
                "CHECK (n >= 0)); CREATE TABLE children (n INTEGER REFERENCES numbers (n))");
        });
    }

    static void insert(Connection& connection, std::int64_t number) {
        connection.execute("INSERT INTO numbers (n) VALUES (?)", {number});
    }

    std::vector<std::int64_t> numbers() const {
        std::vector<std::int64_t> found;
        database.read([&](Connection& connection) {
            found = connection.select<std::int64_t>("SELECT n FROM numbers ORDER BY place");
        });
        return found;
    }

    /// Holds the writer up until it dies, so that what is queued meanwhile becomes one group.
    class Gate {
    public:
        explicit Gate(store::Database& database) {
            auto opened = open_.get_future().share();
            auto entered = std::make_shared<std::promise<void>>();
            database.writeLater([opened, entered](Connection&) {
                entered->set_value();
                opened.wait();
            });
            entered->get_future().wait();
        }
        Gate(const Gate&) = delete;
        Gate& operator=(const Gate&) = delete;
        ~Gate() { open_.set_value(); }

    private:
        std::promise<void> open_;
    };
};

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE_METHOD(NumbersFixture, "Database: a write is seen by the next read", "[store]") {
    for (int i = 0; i < 50; ++i) {
        database.write([&](Connection& connection) { insert(connection, i); });
        REQUIRE(numbers().back() == i);
    }
}

TEST_CASE_METHOD(NumbersFixture,
                 "Database: queued writes keep their order and are there after a flush",
                 "[store]") {
    Numbers expected;
    for (int i = 1000; i > 0; --i) {
        database.writeLater([i](Connection& connection) { insert(connection, i); });
        expected.push_back(i);
    }
    database.write([](Connection& connection) { insert(connection, 0); });
    expected.push_back(0);
    CHECK(numbers() == expected);
    database.writeLater([](Connection& connection) { insert(connection, 1001); });
    database.flush();
    CHECK(numbers().back() == 1001);
}

TEST_CASE_METHOD(NumbersFixture, "Database: one failure in a group undoes its own changes only", "[store]") {
    std::vector<std::future<ErrorKind>> results;
    {
        const Gate gate(database);
        for (int i = 0; i < 20; ++i) {
            results.push_back(std::async(std::launch::async, [&, i] {
                return kindThrownBy([&] {
                    database.write([&](Connection& connection) {
                        insert(connection, i);
                        insert(connection, i % 2 == 0 ? 100 + i : i);
                    });
                });
            }));
        }
        database.writeLater([](Connection& connection) { insert(connection, -1); });
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(results[i].get() == (i % 2 == 0 ? ErrorKind::None : ErrorKind::AlreadyExists));
    }
    auto found = numbers();
    CHECK(found.size() == 20);
    for (const std::int64_t number : found) {
        CHECK(number % 2 == 0);
    }
}

TEST_CASE_METHOD(NumbersFixture, "Database: what is queued together is committed together", "[store]") {
    const auto wal_size = [&] { return std::filesystem::file_size(file.string() + "-wal"); };
    std::uintmax_t before = 0;
    constexpr std::size_t count = store::max_group - 1;
    {
        const Gate gate(database);
        before = wal_size();
        for (std::size_t i = 0; i < count; ++i) {
            database.writeLater([i](Connection& connection) { insert(connection, static_cast<int>(i)); });
        }
    }
    database.flush();
    CHECK(numbers().size() == count);
    // Alone, each would write three pages of 4 KiB at least.
    CHECK(wal_size() - before < count * 4096);
}

TEST_CASE_METHOD(NumbersFixture, "Database: each broken rule has its kind of error", "[store]") {
    const auto kindOf = [&](const char* sql) {
        return kindThrownBy(
            [&] { database.write([&](Connection& connection) { connection.execute(sql); }); });
    };
    CHECK(kindOf("INSERT INTO numbers (n) VALUES (1)") == ErrorKind::None);
    CHECK(kindOf("INSERT INTO numbers (n) VALUES (1)") == ErrorKind::AlreadyExists);
    CHECK(kindOf("INSERT INTO numbers (place, n) VALUES (1, 2)") == ErrorKind::AlreadyExists);
    CHECK(kindOf("INSERT INTO children VALUES (7)") == ErrorKind::NotFound);
    CHECK(kindOf("INSERT INTO numbers (n) VALUES (-1)") == ErrorKind::Internal);
    CHECK(kindOf("NONSENSE") == ErrorKind::Internal);
    CHECK(kindThrownBy([&] { database.read([](Connection& connection) { insert(connection, 3); }); }) ==
          ErrorKind::Permission);
    CHECK(numbers() == Numbers{1});
}

TEST_CASE_METHOD(NumbersFixture, "Database: what a work throws comes to its caller as it is", "[store]") {
    CHECK_THROWS_AS(database.write([](Connection& connection) {
        insert(connection, 1);
        throw std::out_of_range("no error of ours");
    }),
                    std::out_of_range);
    CHECK_THROWS_AS(database.read([](Connection&) { throw std::out_of_range("nor this"); }),
                    std::out_of_range);
    database.writeLater([](Connection&) { throw std::out_of_range("this is logged"); });
    database.write([](Connection& connection) { insert(connection, 2); });
    CHECK(numbers() == Numbers{2});
}

TEST_CASE_METHOD(NumbersFixture,
                 "Database: what a work writes and reads by the database itself is part of it",
                 "[store]") {
    const auto addTwo = [&](bool fail) {
        database.write([&](Connection&) {
            database.write([](Connection& connection) { insert(connection, 1); });
            CHECK(numbers() == std::vector<std::int64_t>{1});  // sees what is not committed yet
            database.write([](Connection& connection) { insert(connection, 2); });
            if (fail) throw std::runtime_error("undo both");
        });
    };
    CHECK_THROWS_AS(addTwo(true), std::runtime_error);
    CHECK(numbers().empty());
    addTwo(false);
    CHECK(numbers() == std::vector<std::int64_t>{1, 2});
}

TEST_CASE_METHOD(NumbersFixture, "Database: a read sees one state of the data", "[store]") {
    database.read([&](Connection& connection) {
        const std::string sql = "SELECT count(*) FROM numbers";
        REQUIRE(connection.selectFirst<std::int64_t>(sql) == 0);
        database.write([](Connection& writer) { insert(writer, 1); });
        CHECK(connection.selectFirst<std::int64_t>(sql) == 0);
    });
    CHECK(numbers().size() == 1);
}

TEST_CASE_METHOD(NumbersFixture,
                 "Database: more writes than the queue takes wait and get through",
                 "[store]") {
    constexpr int count = static_cast<int>(store::max_queued_writes) + 500;
    std::jthread feeder;
    {
        const Gate gate(database);
        feeder = std::jthread([&] {
            for (int i = 0; i < count; ++i) {
                database.writeLater([i](Connection& connection) { insert(connection, i); });
            }
        });
    }
    feeder.join();
    database.flush();
    CHECK(numbers().size() == static_cast<std::size_t>(count));
}

TEST_CASE("Database: commits what is queued when it closes", "[store]") {
    const test::TempDir folder;
    const Log log(Log::Level::Warning);
    {
        store::Database database(folder / "dbackup.db", log);
        for (int i = 0; i < 500; ++i) {
            database.writeLater([i](Connection& connection) {
                connection.execute("INSERT INTO settings (key, value) VALUES (?, 1)", {std::to_string(i)});
            });
        }
    }
    const store::Database database(folder / "dbackup.db", log);
    database.read([](Connection& connection) {
        CHECK(connection.selectFirst<std::int64_t>("SELECT count(*) FROM settings") == 500);
    });
}

TEST_CASE_METHOD(test::StoreFixture, "Database: many threads write and read at the same time", "[store]") {
    constexpr int thread_count = 16;
    constexpr int each = 40;
    store::ExecutionStore executions(database);
    store::KeyStore keys(database);
    store::SettingStore settings(database);
    std::atomic<int> lost{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < thread_count; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < each; ++i) {
                    Execution execution = test::executionOf(std::to_string(t) + "-" + std::to_string(i));
                    executions.add(execution);
                    executions.logLater(execution.id, {0, test::at(i), "info", "general", "m", "", "", {}});
                    if (executions.find(execution.id)->sequence != execution.sequence) ++lost;
                    executions.list({});
                    keys.findByHash("nobody");
                    settings.set({{"maxConcurrentJobs", 1 + i % 10}});
                    if (settings.value("maxConcurrentJobs") == 0) ++lost;
                }
            });
        }
    }
    CHECK(lost == 0);
    CHECK(executions.withStatus(ExecutionStatus::Pending).size() == thread_count * each);
    CHECK(executions.logs("3-7").size() == 1);
}
