#include "core/store/execution_store.h"

#include <catch2/catch.hpp>

#include "core/store/limits.h"
#include "tests/unit/core/store/store_fixture.h"

namespace dbackup::store {

/// One line of EXPLAIN QUERY PLAN.
struct PlanStep {
    std::string detail;
};

static void read(Row& row, PlanStep& step) {
    for (int id = 0; id < 3; ++id) {
        row.integer();
    }
    step.detail = row.text();
}

}  // namespace dbackup::store

using namespace dbackup;
using dbackup::store::ExecutionStore;
using dbackup::test::at;
using dbackup::test::executionOf;
using dbackup::test::kindThrownBy;

namespace {

struct ExecutionFixture : test::StoreFixture {
    ExecutionStore executions{database};

    Execution added(const std::string& id, std::int64_t queued_at = 0, const std::string& job = {}) {
        Execution execution = executionOf(id, queued_at, job);
        executions.add(execution);
        return execution;
    }

    void finished(const std::string& id, ExecutionStatus status) {
        Execution execution = executions.find(id).value();
        execution.status = status;
        execution.outcome = status == ExecutionStatus::Success ? Outcome::Success : Outcome::Failed;
        execution.ended_at = at(9000);
        executions.finish(execution, {});
    }

    std::vector<std::string> ids(const ExecutionFilter& filter) const {
        std::vector<std::string> found;
        for (const Execution& execution : executions.list(filter)) {
            found.push_back(execution.id);
        }
        return found;
    }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: an execution is found as it was added", "[store]") {
    Execution execution = executionOf("e1", 5);
    execution.type = "Restore";
    execution.lock = true;
    execution.metadata = R"({"a":1})";
    execution.request = R"({"file":"x"})";
    execution.path = "job/backup";
    execution.size_bytes = std::int64_t{1} << 40;
    execution.progress = 7;
    executions.add(execution);
    CHECK(execution.sequence == 1);

    const Execution found = executions.find("e1").value();
    CHECK(found.sequence == 1);
    CHECK(found.type == "Restore");
    CHECK(found.status == ExecutionStatus::Pending);
    CHECK(found.outcome == Outcome::None);
    CHECK(found.progress == 7);
    CHECK(found.stage == stage::queued);
    CHECK(found.queued_at == at(5));
    CHECK_FALSE(found.started_at);
    CHECK_FALSE(found.ended_at);
    CHECK(found.size_bytes == std::int64_t{1} << 40);
    CHECK(found.path == "job/backup");
    CHECK(found.trigger_type == "Api");
    CHECK(found.trigger_label == "key");
    CHECK(found.lock);
    CHECK(found.metadata == R"({"a":1})");
    CHECK(found.request == R"({"file":"x"})");
    CHECK_FALSE(executions.find("e2"));
    CHECK(kindThrownBy([&] { executions.add(execution); }) == ErrorKind::AlreadyExists);
}

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: keeps the end of an execution", "[store]") {
    added("e1");
    REQUIRE(executions.claim("e1", at(10), "job/b1"));
    executions.stageStartedLater("e1", "Dumping Databases", at(11));
    executions.stageStartedLater("e1", "Uploading", at(12));
    executions.stageEndedLater("e1", "Dumping Databases", at(13), 4711);

    Execution execution = executions.find("e1").value();
    CHECK(execution.status == ExecutionStatus::Running);
    CHECK(execution.started_at == at(10));
    CHECK(execution.path == "job/b1");
    execution.status = ExecutionStatus::Failed;
    execution.outcome = Outcome::Partial;
    execution.stage = "Uploading";
    execution.progress = 100;
    execution.ended_at = at(20);
    execution.size_bytes = 99;
    execution.error = "destination B is full";
    execution.metadata = R"({"destinations":[]})";
    Artifact artifact{"job/b1/a.dump.zst", "s1", "a", "database", "dump", "zstd", 99, 1000, "abc"};
    executions.finish(execution,
                      {artifact, {"job/b1/globals.sql", "s1", "", "globals", "sql", "none", 1, 1, "def"}});

    const Execution found = executions.find("e1").value();
    CHECK(found.status == ExecutionStatus::Failed);
    CHECK(found.outcome == Outcome::Partial);
    CHECK(found.stage == "Uploading");
    CHECK(found.progress == 100);
    CHECK(found.ended_at == at(20));
    CHECK(found.size_bytes == 99);
    CHECK(found.error == "destination B is full");
    CHECK(found.metadata == R"({"destinations":[]})");

    const auto stages = executions.stages("e1");
    REQUIRE(stages.size() == 2);
    CHECK(stages[0].name == "Dumping Databases");
    CHECK(stages[0].started_at == at(11));
    CHECK(stages[0].ended_at == at(13));
    CHECK(stages[0].bytes == 4711);
    CHECK(stages[1].ended_at == at(20));

    const auto artifacts = executions.artifacts("e1");
    REQUIRE(artifacts.size() == 2);
    CHECK(artifacts[0].name == "job/b1/a.dump.zst");
    CHECK(artifacts[0].source_id == "s1");
    CHECK(artifacts[0].database == "a");
    CHECK(artifacts[0].contents == "database");
    CHECK(artifacts[0].format == "dump");
    CHECK(artifacts[0].compression == "zstd");
    CHECK(artifacts[0].size_bytes == 99);
    CHECK(artifacts[0].original_bytes == 1000);
    CHECK(artifacts[0].sha256 == "abc");
    executions.finish(execution, {artifact});
    CHECK(executions.artifacts("e1").size() == 1);

    execution.id = "nobody";
    CHECK(kindThrownBy([&] { executions.finish(execution, {}); }) == ErrorKind::NotFound);
}

TEST_CASE_METHOD(ExecutionFixture,
                 "ExecutionStore: a pending execution is claimed or cancelled once",
                 "[store]") {
    added("e1");
    added("e2");
    CHECK(executions.claim("e1", at(1), "p"));
    CHECK_FALSE(executions.claim("e1", at(2), "q"));
    CHECK_FALSE(executions.cancelPending("e1", at(2), "no"));
    CHECK(executions.find("e1")->path == "p");

    executions.stageStartedLater("e2", "Queued", at(0));
    CHECK(executions.cancelPending("e2", at(3), "cancelled by a user"));
    CHECK_FALSE(executions.cancelPending("e2", at(4), "again"));
    CHECK_FALSE(executions.claim("e2", at(4), "p"));
    const Execution found = executions.find("e2").value();
    CHECK(found.status == ExecutionStatus::Failed);
    CHECK(found.outcome == Outcome::Cancelled);
    CHECK(found.ended_at == at(3));
    CHECK(found.error == "cancelled by a user");
    CHECK(found.progress == 100);
    CHECK(executions.stages("e2").at(0).ended_at == at(3));
    CHECK_FALSE(executions.claim("nobody", at(4), "p"));
}

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: late progress does not touch what has ended", "[store]") {
    added("e1");
    REQUIRE(executions.claim("e1", at(1), "p"));
    executions.updateProgressLater("e1", "Uploading", 70);
    database.flush();
    CHECK(executions.find("e1")->stage == "Uploading");
    CHECK(executions.find("e1")->progress == 70);
    finished("e1", ExecutionStatus::Success);
    executions.updateProgressLater("e1", "Uploading", 71);
    database.flush();
    CHECK(executions.find("e1")->status == ExecutionStatus::Success);
    CHECK(executions.find("e1")->progress == 70);
}

TEST_CASE_METHOD(ExecutionFixture,
                 "ExecutionStore: logs are read by cursor in the order of writing",
                 "[store]") {
    added("e1");
    added("e2");
    for (int i = 0; i < 5; ++i) {
        executions.logLater("e1",
                            {0, at(i), "info", "general", "line " + std::to_string(i), "Dumping", "d", 12});
        executions.logLater("e2", {0, at(i), "error", "storage", "other", "", "", std::nullopt});
    }
    database.flush();
    const auto all = executions.logs("e1");
    REQUIRE(all.size() == 5);
    CHECK(all[0].message == "line 0");
    CHECK(all[4].message == "line 4");
    CHECK(all[1].timestamp == at(1));
    CHECK(all[1].stage == "Dumping");
    CHECK(all[1].details == "d");
    CHECK(all[1].duration_ms == 12);
    const auto later = executions.logs("e1", all[1].id, 2);
    REQUIRE(later.size() == 2);
    CHECK(later[0].message == "line 2");
    CHECK(executions.logs("e1", all[4].id).empty());
    CHECK(executions.logs("e2").at(0).level == "error");
    CHECK(executions.logs("e2").at(0).type == "storage");
    CHECK_FALSE(executions.logs("e2").at(0).duration_ms);
}

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: lists newest first, by pages", "[store]") {
    for (int i = 1; i <= 7; ++i) {
        added("e" + std::to_string(i), i);
    }
    ExecutionFilter filter;
    filter.limit = 3;
    CHECK(ids(filter) == Ids{"e7", "e6", "e5"});
    filter.before_sequence = 5;
    CHECK(ids(filter) == Ids{"e4", "e3", "e2"});
    filter.before_sequence = 2;
    CHECK(ids(filter) == Ids{"e1"});
}

TEST_CASE_METHOD(ExecutionFixture,
                 "ExecutionStore: filters by status, type, job and time, also together",
                 "[store]") {
    for (int i = 1; i <= 8; ++i) {
        Execution execution = executionOf("e" + std::to_string(i), 1000 * i, i % 2 == 0 ? "even" : "odd");
        execution.type = i > 6 ? "Restore" : "Backup";
        executions.add(execution);
    }
    finished("e2", ExecutionStatus::Success);
    finished("e4", ExecutionStatus::Failed);
    ExecutionFilter filter;
    filter.status = ExecutionStatus::Pending;
    CHECK(ids(filter) == Ids{"e8", "e7", "e6", "e5", "e3", "e1"});
    filter.type = "Restore";
    CHECK(ids(filter) == Ids{"e8", "e7"});
    filter.job_id = "odd";
    CHECK(ids(filter) == Ids{"e7"});

    ExecutionFilter period;
    period.from = at(3000);
    CHECK(ids(period) == Ids{"e8", "e7", "e6", "e5", "e4", "e3"});
    period.to = at(5000);
    CHECK(ids(period) == Ids{"e5", "e4", "e3"});
    period.status = ExecutionStatus::Failed;
    CHECK(ids(period) == Ids{"e4"});
    period.before_sequence = 4;
    CHECK(ids(period).empty());

    ExecutionFilter outside;
    outside.from = at(8001);
    CHECK(ids(outside).empty());
    outside.from.reset();
    outside.to = at(999);
    CHECK(ids(outside).empty());
}

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: gives one status in order of acceptance", "[store]") {
    added("b", 2);
    added("a", 1);
    added("c", 3);
    finished("a", ExecutionStatus::Failed);
    const auto waiting = executions.withStatus(ExecutionStatus::Pending);
    REQUIRE(waiting.size() == 2);
    CHECK(waiting[0].id == "b");
    CHECK(waiting[1].id == "c");
    CHECK(executions.withStatus(ExecutionStatus::Running).empty());
}

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: knows when a job ran last", "[store]") {
    CHECK_FALSE(executions.lastRun("j"));
    added("e1", 0, "j");
    CHECK_FALSE(executions.lastRun("j"));
    REQUIRE(executions.claim("e1", at(10), "p"));
    added("e2", 0, "j");
    added("e3", 0, "other");
    REQUIRE(executions.claim("e3", at(99), "p"));
    CHECK(executions.lastRun("j") == at(10));
    REQUIRE(executions.claim("e2", at(20), "p"));
    CHECK(executions.lastRun("j") == at(20));
}

TEST_CASE_METHOD(ExecutionFixture, "ExecutionStore: leftovers stay until they are withdrawn", "[store]") {
    added("e1");
    added("e2");
    const ExecutionStore::Leftover first{"e1", "d1", "tmp 1"};
    executions.addLeftover(first);
    executions.addLeftover(first);
    executions.addLeftover({"e1", "d2", "tmp 2"});
    executions.addLeftover({"e2", "d1", "tmp 3"});
    CHECK(executions.leftovers().size() == 3);
    REQUIRE(executions.leftovers("e1").size() == 2);
    CHECK(executions.leftovers("e1")[0].token == "tmp 1");
    CHECK(executions.leftovers("e1")[0].destination_id == "d1");
    CHECK(executions.leftovers("e1")[0].execution_id == "e1");
    executions.removeLeftoverLater(first);
    database.flush();
    CHECK(executions.leftovers("e1").size() == 1);
    executions.removeLeftovers("e1");
    CHECK(executions.leftovers("e1").empty());
    CHECK(executions.leftovers("e2").size() == 1);
    CHECK(kindThrownBy([&] { executions.addLeftover({"nobody", "d1", "t"}); }) == ErrorKind::NotFound);
}

TEST_CASE_METHOD(ExecutionFixture,
                 "ExecutionStore: every list uses an index and needs no sorting",
                 "[store]") {
    const std::vector<std::string> conditions = {
        "",
        "WHERE e.status = 'Pending'",
        "WHERE e.type = 'Backup'",
        "WHERE e.job_id = 'j'",
        "WHERE e.job_id = 'j' AND e.status = 'Failed'",
        "WHERE e.type = 'Restore' AND e.status = 'Failed'",
        "WHERE e.id = 'e'",
    };
    for (const std::string& condition : conditions) {
        std::vector<std::string> plan;
        database.read([&](store::Connection& connection) {
            for (const auto& step : connection.select<store::PlanStep>(
                     "EXPLAIN QUERY PLAN SELECT * FROM executions e LEFT JOIN jobs j ON j.id = e.job_id " +
                     condition + " ORDER BY e.sequence DESC LIMIT 50")) {
                plan.push_back(step.detail);
            }
        });
        INFO(condition);
        REQUIRE_FALSE(plan.empty());
        for (const std::string& step : plan) {
            CHECK_THAT(step, !Catch::Contains("TEMP B-TREE"));
            if (!condition.empty()) CHECK_THAT(step, Catch::StartsWith("SEARCH"));
        }
    }
}

TEST_CASE_METHOD(ExecutionFixture,
                 "ExecutionStore: what is polled is always as of the last commit",
                 "[store]") {
    added("e1");
    REQUIRE(executions.claim("e1", at(10), "job/b1"));
    for (int progress = 1; progress < 100; ++progress) {
        executions.updateProgressLater("e1", "Uploading", progress);
        database.flush();
        CHECK(executions.find("e1")->progress == progress);
        CHECK(executions.find("e1")->progress == progress);
    }
    ExecutionStore another(database);
    another.updateProgressLater("e1", "Uploading", 100);
    database.flush();
    CHECK(executions.find("e1")->progress == 100);
}

TEST_CASE_METHOD(ExecutionFixture,
                 "ExecutionStore: what a failed work has changed is never seen after it",
                 "[store]") {
    added("e1");
    REQUIRE(executions.find("e1")->status == ExecutionStatus::Pending);
    CHECK_THROWS(database.write([&](store::Connection&) {
        executions.claim("e1", at(10), "job/b1");
        CHECK(executions.find("e1")->status == ExecutionStatus::Running);
        throw Error(ErrorKind::Internal, "after all not");
    }));
    CHECK(executions.find("e1")->status == ExecutionStatus::Pending);
}

TEST_CASE("ExecutionCache: keeps so many, each as long as nothing is committed", "[store]") {
    store::ExecutionCache cache;
    cache.keep(executionOf("e1", 1), 5);
    CHECK(cache.find("e1", 5));
    CHECK_FALSE(cache.find("e2", 5));
    CHECK_FALSE(cache.find("e1", 6));
    CHECK_FALSE(cache.find("e1", 4));
    cache.keep(executionOf("old", 1), 4);  // read before others read on
    CHECK_FALSE(cache.find("old", 4));
    CHECK_FALSE(cache.find("old", 5));
    cache.keep(executionOf("e2", 1), 6);
    CHECK_FALSE(cache.find("e1", 6));
    CHECK(cache.find("e2", 6));
    for (std::size_t i = 0; i < store::max_cached_executions; ++i) {
        cache.keep(executionOf("n" + std::to_string(i), 1), 6);
    }
    CHECK_FALSE(cache.find("e2", 6));
    CHECK(cache.find("n" + std::to_string(store::max_cached_executions - 1), 6));
}
