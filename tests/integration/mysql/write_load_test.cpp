#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/connection.h"
#include "plugins/engines/mysql/server_settings.h"

using namespace dbackup::test;
using dbackup::mysql::Connection;
using dbackup::mysql::ServerSettings;

namespace {

constexpr const char* accounts = R"(
    CREATE TABLE accounts (id INT PRIMARY KEY, balance BIGINT NOT NULL, padding CHAR(200) NOT NULL);
    CREATE TABLE moves (id INT AUTO_INCREMENT PRIMARY KEY, source INT, target INT, amount INT);
    INSERT INTO accounts SELECT seq, 1000, REPEAT('x', 200) FROM seq_1_to_50000)";

/// Moves money between accounts, and a row of `moves` for each, until it is told to end.
class Writer {
public:
    explicit Writer(const dbackup::sdk::Settings& settings)
        : server_(settings), thread_([this] { work(); }) {}
    ~Writer() { stop(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    int moves() const { return moves_; }
    void stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    void work() {
        RecordingRun run;
        Connection connection(server_, run);
        connection.query("USE bank");
        for (int i = 0; !stop_; ++i) {
            const std::string from = std::to_string(1 + i * 7919 % 50000);
            const std::string to = std::to_string(50000 - i * 104729LL % 50000);
            connection.query("START TRANSACTION");
            connection.query("UPDATE accounts SET balance = balance - 7 WHERE id = " + from);
            connection.query("UPDATE accounts SET balance = balance + 7 WHERE id = " + to);
            connection.query("INSERT INTO moves (source, target, amount) VALUES (" + from + ", " + to +
                             ", 7)");
            connection.query("COMMIT");
            ++moves_;
        }
    }

    ServerSettings server_;
    std::atomic<int> moves_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace

TEST_CASE("MysqlEngine: a dump under write load is of one moment", "[mysql]") {
    const Database bank(source(), "bank", accounts);
    Writer writer(source().settings());
    RecordingRun run;
    MemoryOutput output;
    int at_start = 0;
    int at_end = 0;
    output.on_block = [&](std::size_t bytes) {
        if (bytes == 0) at_start = writer.moves();
        // The writer goes on while the dump is under way.
        while (bytes == 0 && writer.moves() < at_start + 20)
            std::this_thread::yield();
        at_end = writer.moves();
    };
    while (writer.moves() < 50)
        std::this_thread::yield();
    dumpWith(source().settings(), "bank", output, run);
    writer.stop();
    REQUIRE(output.only().finished);
    CHECK(at_end > at_start);

    restore(target(), {output.only().object, output.only().bytes, {}}, "bank");
    CHECK(target().sql("bank", "SELECT SUM(balance) FROM accounts") == "50000000");
    // Every move is there in full or not at all: the balances follow from them.
    CHECK(target().sql(
              "bank",
              "SELECT COUNT(*) FROM accounts a LEFT JOIN (SELECT target AS id, SUM(amount) AS got FROM moves "
              "GROUP BY 1) t ON t.id = a.id LEFT JOIN (SELECT source AS id, SUM(amount) AS gave FROM moves "
              "GROUP BY 1) s ON s.id = a.id WHERE balance <> 1000 + COALESCE(got, 0) - COALESCE(gave, 0)") ==
          "0");
    const int in_dump = std::stoi(target().sql("bank", "SELECT COUNT(*) FROM moves"));
    CHECK(in_dump >= 50);
    CHECK(in_dump < writer.moves());
    target().sql("", "DROP DATABASE bank");
}
