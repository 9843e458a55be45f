#include <csignal>
#include <future>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "core/base/ids.h"
#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::test::kindThrownBy;

namespace {

/// No file of this process may grow beyond a size, as on a full disk.
class FullDisk {
public:
    explicit FullDisk(std::uintmax_t size_bytes) {
        REQUIRE(std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
        REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit limit{size_bytes, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

std::filesystem::path walOf(const std::filesystem::path& file) {
    return file.string() + "-wal";
}

Execution largeExecution(const std::string& id) {
    Execution execution = test::executionOf(id);
    execution.metadata = std::string(2 << 20, 'x');
    return execution;
}

}  // namespace

TEST_CASE_METHOD(test::StoreFixture,
                 "Database: a full disk is NoSpace, and the store goes on afterwards",
                 "[store]") {
    store::ExecutionStore executions(database);
    Execution first = test::executionOf("first");
    executions.add(first);
    {
        const FullDisk disk(std::filesystem::file_size(walOf(file)) + 256 * 1024);
        Execution large = largeExecution("large");
        CHECK(kindThrownBy([&] { executions.add(large); }) == ErrorKind::NoSpace);
        CHECK(executions.find("first"));
        Execution small = test::executionOf("small");
        executions.add(small);
    }
    Execution large = largeExecution("large");
    executions.add(large);
    CHECK(executions.find("large")->metadata.size() == large.metadata.size());
    CHECK(executions.find("small"));
    CHECK(executions.withStatus(ExecutionStatus::Pending).size() == 3);
}

TEST_CASE_METHOD(test::StoreFixture, "Database: on a full disk only who needs too much fails", "[store]") {
    store::ExecutionStore executions(database);
    std::promise<void> gate;
    database.writeLater([&](store::Connection&) { gate.get_future().wait(); });
    // The writer waits at the gate, so these become one group; its works are tried one by one then.
    std::vector<std::future<ErrorKind>> results;
    for (const std::string id : {"small 1", "large", "small 2"}) {
        results.push_back(std::async(std::launch::async, [&, id] {
            Execution execution = id == "large" ? largeExecution(id) : test::executionOf(id);
            return kindThrownBy([&] { executions.add(execution); });
        }));
    }
    const FullDisk disk(512 * 1024);
    gate.set_value();
    CHECK(results[0].get() == ErrorKind::None);
    CHECK(results[1].get() == ErrorKind::NoSpace);
    CHECK(results[2].get() == ErrorKind::None);
    CHECK(executions.withStatus(ExecutionStatus::Pending).size() == 2);
}

TEST_CASE("Database: a disk without room for a new store says so", "[store]") {
    const test::TempDir folder;
    const Log log(Log::Level::Warning);
    const auto open = [&] { store::Database database(folder / "dbackup.db", log); };
    {
        const FullDisk disk(8 * 1024);
        CHECK(kindThrownBy(open) == ErrorKind::NoSpace);
    }
    CHECK(kindThrownBy(open) == ErrorKind::None);
}
