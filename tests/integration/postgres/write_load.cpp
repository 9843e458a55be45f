#include "write_load.h"

#include <chrono>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

namespace dbackup::test {

namespace {

int transactionsIn(PostgresServer& server, const std::string& database) {
    return std::stoi(server.sql(database, "SELECT count(*) FROM pgbench_history"));
}

}  // namespace

void makeBank(PostgresServer& server, const std::string& database) {
    server.tool("pgbench", database, {"--initialize", "--init-steps=dtgvpf", "--scale=2", "--quiet"});
}

WriteLoad::WriteLoad(PostgresServer& server, std::string database)
    : server_(server), database_(std::move(database)), thread_([this] {
          try {
              sdk::Subprocess pgbench(
                  server_.command(
                      "pgbench", database_, {"--no-vacuum", "--client=2", "--time=600", "--progress=600"}),
                  run_);
              pgbench.waitOk();
          } catch (const sdk::Error& error) {
              if (error.kind() != sdk::ErrorKind::Cancelled) run_.log(sdk::LogLevel::Error, error.text());
          }
      }) {
    await();
}

void WriteLoad::await() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const int before = transactionsIn(server_, database_);
    while (transactionsIn(server_, database_) < before + 20) {
        for (const auto& entry : run_.entries()) {
            REQUIRE(entry.level != sdk::LogLevel::Error);
        }
        REQUIRE(std::chrono::steady_clock::now() < deadline);
    }
}

void WriteLoad::stop() {
    run_.requestStop();
    if (thread_.joinable()) thread_.join();
}

int requireOneMoment(PostgresServer& server, const std::string& database) {
    CHECK(server.sql(database, R"(
        SELECT count(DISTINCT sum) FROM (SELECT sum(abalance) FROM pgbench_accounts
            UNION ALL SELECT sum(tbalance) FROM pgbench_tellers
            UNION ALL SELECT sum(bbalance) FROM pgbench_branches
            UNION ALL SELECT sum(delta) FROM pgbench_history) sums)") == "1");
    for (const auto& [table, key, balance] : {std::tuple("pgbench_accounts", "aid", "abalance"),
                                              {"pgbench_tellers", "tid", "tbalance"},
                                              {"pgbench_branches", "bid", "bbalance"}}) {
        CAPTURE(table);
        CHECK(server.sql(database,
                         std::string("SELECT count(*) FROM ") + table + " t LEFT JOIN (SELECT " + key +
                             ", sum(delta) AS moved FROM pgbench_history GROUP BY 1) h USING (" + key +
                             ") WHERE " + balance + " <> coalesce(moved, 0)") == "0");
    }
    CHECK(server.sql(database, "SELECT count(*) FROM pgbench_accounts") == "200000");
    return transactionsIn(server, database);
}

}  // namespace dbackup::test
