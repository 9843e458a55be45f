#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;

namespace {

/// A store_writer with its standard output. Killed with the object if it still runs.
class WriterProcess {
public:
    WriterProcess(const std::filesystem::path& file, const char* what, const char* count) {
        int ends[2] = {-1, -1};
        REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
        const std::string program = DBACKUP_BINARY_DIR "/tests/store_writer";
        pid_ = fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            dup2(ends[1], STDOUT_FILENO);
            execl(program.c_str(), program.c_str(), file.c_str(), what, count, nullptr);
            _exit(127);
        }
        close(ends[1]);
        out_ = fdopen(ends[0], "r");
    }
    WriterProcess(const WriterProcess&) = delete;
    WriterProcess& operator=(const WriterProcess&) = delete;
    ~WriterProcess() {
        kill();
        std::fclose(out_);
    }

    /// The next id; empty at the end of the output.
    std::string next() {
        char line[64] = {};
        if (std::fgets(line, sizeof line, out_) == nullptr) {
            return {};
        }
        const std::string id(line);
        return id.ends_with('\n') ? id.substr(0, id.size() - 1) : std::string();
    }

    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            wait();
        }
    }

    /// @return the exit status, as waitpid() gives it
    int wait() {
        int status = -1;
        waitpid(pid_, &status, 0);
        pid_ = 0;
        return status;
    }

private:
    pid_t pid_ = 0;
    std::FILE* out_ = nullptr;
};

}  // namespace

TEST_CASE("Database: what was acknowledged is there after a kill -9", "[store]") {
    const test::TempDir folder;
    const Log log(Log::Level::Warning);
    const auto file = folder / "dbackup.db";
    std::minstd_rand random(20260115);  // NOLINT(cert-msc51-cpp): the same rounds each time
    std::set<std::string> acknowledged;
    for (int round = 0; round < 20; ++round) {
        WriterProcess writer(file, "executions", "8");
        const auto wanted = std::uniform_int_distribution<int>(1, 300)(random);
        for (int i = 0; i < wanted; ++i) {
            const std::string id = writer.next();
            REQUIRE_FALSE(id.empty());
            acknowledged.insert(id);
        }
        writer.kill();
        for (std::string id = writer.next(); !id.empty(); id = writer.next()) {
            acknowledged.insert(id);
        }
    }
    store::Database database(file, log);
    std::set<std::string> stored;
    database.read([&](store::Connection& connection) {
        CHECK(connection.selectFirst<std::string>("PRAGMA integrity_check") == "ok");
        for (const std::string& id : connection.select<std::string>("SELECT id FROM executions")) {
            stored.insert(id);
        }
    });
    CHECK(std::includes(stored.begin(), stored.end(), acknowledged.begin(), acknowledged.end()));
}

TEST_CASE_METHOD(test::StoreFixture, "Database: another process writes while this one does", "[store]") {
    WriterProcess writer(file, "keys", "50");
    store::ExecutionStore executions(database);
    store::KeyStore keys(database);
    int added = 0;
    int seen = 0;
    for (std::string id = writer.next(); !id.empty(); id = writer.next(), ++seen) {
        CHECK(keys.find(id));
        Execution execution = test::executionOf("e" + std::to_string(added++));
        executions.add(execution);
    }
    CHECK(writer.wait() == 0);
    CHECK(seen == 50);
    CHECK(keys.list().size() == 50);
    CHECK(executions.withStatus(ExecutionStatus::Pending).size() == 50);
}
