#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

namespace {

class ExecutionFixture : public HandlerFixture {
public:
    Execution pending(const std::string& id = newId()) {
        Execution execution;
        execution.id = id;
        execution.job_id = job();
        execution.job_name = "Nightly";
        execution.queued_at = clock.now();
        execution.trigger_type = "Api";
        execution.trigger_label = "ci";
        executions.add(execution);
        return execution;
    }
    Execution running() {
        Execution execution = pending();
        clock.advance(std::chrono::milliseconds(500));
        REQUIRE(executions.claim(execution.id, clock.now(), "Nightly/b1"));
        return *executions.find(execution.id);
    }
    Execution finished(Outcome outcome, const std::string& error = {}) {
        Execution execution = running();
        clock.advance(std::chrono::seconds(42));
        execution.status = outcome == Outcome::Success ? ExecutionStatus::Success : ExecutionStatus::Failed;
        execution.outcome = outcome;
        execution.progress = 100;
        execution.stage = outcome == Outcome::Success ? stage::completed : stage::dumping;
        execution.ended_at = clock.now();
        execution.size_bytes = 1234;
        execution.path = "Nightly/b1";
        execution.error = error;
        Artifact artifact;
        artifact.name = "Nightly/b1/shop.dump.zst";
        artifact.database = "shop";
        artifact.contents = "database";
        artifact.format = "dump";
        artifact.compression = "zstd";
        artifact.size_bytes = 1200;
        artifact.original_bytes = 5'000'000'000;
        artifact.sha256 = std::string(64, 'a');
        executions.finish(execution, {artifact});
        return execution;
    }
    const std::string& job() {
        if (job_.empty()) job_ = addJob();
        return job_;
    }
    Answer getExecution(const std::string& id, const std::string& more = {}) {
        return get("/executions/" + id + more);
    }

private:
    std::string job_;
};

}  // namespace

TEST_CASE("Executions: one that waits has neither start nor end", "[handlers]") {
    ExecutionFixture service;
    const Answer answer = service.getExecution(service.pending().id);
    CHECK(answer.status == 200);
    CHECK(answer.text("success") == "true");
    CHECK(answer.text("data.status") == "Pending");
    CHECK(answer.text("data.stage") == "Queued");
    CHECK(answer.text("data.jobName") == "Nightly");
    CHECK(answer.text("data.type") == "Backup");
    for (const char* member : {"startedAt", "endedAt", "duration", "size", "path", "error", "outcome"}) {
        CHECK(answer.isNull(std::string("data.") + member));
    }
    CHECK(answer.body.find("\"logs\"") == std::string::npos);
}

TEST_CASE("Executions: one that runs tells how far it is, not what comes of it", "[handlers]") {
    ExecutionFixture service;
    const Execution execution = service.running();
    service.executions.updateProgressLater(execution.id, std::string(stage::uploading), 77);
    service.database.flush();
    const Answer answer = service.getExecution(execution.id);
    CHECK(answer.text("data.status") == "Running");
    CHECK(answer.text("data.progress") == "77");
    CHECK(answer.text("data.stage") == "Uploading");
    CHECK(answer.text("data.startedAt") == "2026-01-15T10:30:00.500Z");
    CHECK(answer.isNull("data.duration"));
    CHECK(answer.isNull("data.path"));
    CHECK(answer.isNull("data.outcome"));
}

TEST_CASE("Executions: a success tells size, path and duration", "[handlers]") {
    ExecutionFixture service;
    const Answer answer = service.getExecution(service.finished(Outcome::Success).id);
    CHECK(answer.text("data.status") == "Success");
    CHECK(answer.text("data.outcome") == "Success");
    CHECK(answer.text("data.progress") == "100");
    CHECK(answer.text("data.stage") == "Completed");
    CHECK(answer.text("data.duration") == "42000");
    CHECK(answer.text("data.size") == "1234");
    CHECK(answer.text("data.path") == "Nightly/b1");
    CHECK(answer.isNull("data.error"));
}

TEST_CASE("Executions: a failure tells why, and no backup", "[handlers]") {
    ExecutionFixture service;
    const Answer answer =
        service.getExecution(service.finished(Outcome::Failed, "pg_dump ended with status 3").id);
    CHECK(answer.text("data.status") == "Failed");
    CHECK(answer.text("data.stage") == "Dumping Databases");
    CHECK(answer.text("data.progress") == "100");
    CHECK(answer.text("data.error") == "pg_dump ended with status 3");
    CHECK(answer.isNull("data.path"));
    const Answer partial = service.getExecution(service.finished(Outcome::Partial, "NAS: full").id);
    CHECK(partial.text("data.status") == "Failed");
    CHECK(partial.text("data.outcome") == "Partial");
    CHECK(partial.text("data.path") == "Nightly/b1");
}

TEST_CASE("Executions: includeLogs is exactly true or nothing", "[handlers]") {
    ExecutionFixture service;
    const std::string id = service.pending().id;
    LogEntry entry;
    entry.timestamp = service.clock.now();
    entry.message = "Job queued";
    entry.stage = "Queued";
    service.executions.logLater(id, entry);
    entry.level = "success";
    entry.message = "Queued completed";
    entry.details = "more";
    entry.duration_ms = 12;
    service.executions.logLater(id, entry);
    service.database.flush();
    const Answer with = service.getExecution(id, "?includeLogs=true");
    REQUIRE(with.size("data.logs") == 2);
    CHECK(with.text("data.logs[0].message") == "Job queued");
    CHECK(with.text("data.logs[0].level") == "info");
    CHECK(with.text("data.logs[0].type") == "general");
    CHECK(with.isNull("data.logs[0].durationMs"));
    CHECK(with.text("data.logs[1].durationMs") == "12");
    CHECK(with.text("data.logs[1].details") == "more");
    for (const char* other : {"?includeLogs=1", "?includeLogs=TRUE", "?includeLogs="}) {
        CHECK(service.getExecution(id, other).body.find("\"logs\"") == std::string::npos);
    }
    const Answer page = service.getExecution(id, "/logs?limit=1");
    CHECK(page.size("data") == 1);
    const Answer next = service.getExecution(id, "/logs?cursor=" + page.text("nextCursor"));
    CHECK(next.text("data[0].message") == "Queued completed");
    const Answer last = service.getExecution(id, "/logs?cursor=" + next.text("nextCursor"));
    CHECK(last.size("data") == 0);
    CHECK(last.text("nextCursor") == next.text("nextCursor"));
}

TEST_CASE("Executions: unknown ids are 404 everywhere", "[handlers]") {
    ExecutionFixture service;
    for (const char* path : {"", "/stages", "/artifacts", "/logs"}) {
        const Answer answer = service.getExecution("nope", path);
        CHECK(answer.status == 404);
        CHECK(answer.error() == "Execution not found");
    }
    CHECK(service.post("/executions/nope/cancel", "").error() == "Execution not found");
    CHECK(service.post("/executions/nope/restore", "{}").status == 404);
    CHECK(service.get("/executions/nope", {"jobs:read"}).error() ==
          "Permission denied: history:read required");
}

TEST_CASE("Executions: the list filters and turns pages", "[handlers]") {
    ExecutionFixture service;
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(service.pending().id);
    }
    service.finished(Outcome::Success);
    const Answer first = service.get("/executions?status=Pending&limit=2");
    REQUIRE(first.size("data") == 2);
    CHECK(first.text("data[0].id") == ids[4]);
    const Answer second =
        service.get("/executions?status=Pending&limit=2&cursor=" + first.text("nextCursor"));
    CHECK(second.text("data[0].id") == ids[2]);
    const Answer third =
        service.get("/executions?status=Pending&limit=2&cursor=" + second.text("nextCursor"));
    CHECK(third.size("data") == 1);
    CHECK(third.isNull("nextCursor"));
    CHECK(service.get("/executions").size("data") == 6);
    CHECK(service.get("/executions?type=Restore").size("data") == 0);
    CHECK(service.get("/executions?jobId=" + service.job()).size("data") == 6);
    CHECK(service.get("/executions?jobId=other").size("data") == 0);
    CHECK(service.get("/executions?from=2027-01-01T00:00:00Z").size("data") == 0);
    CHECK(service.get("/executions?to=2027-01-01T00:00:00Z&from=2026-01-01T00:00:00Z").size("data") == 6);
}

TEST_CASE("Executions: a wrong query is told by its field", "[handlers]") {
    ExecutionFixture service;
    const auto fault = [&](const std::string& field, const std::string& value) {
        const Answer answer = service.get("/executions?" + field + "=" + value);
        CHECK(answer.status == 400);
        return answer.detail(field);
    };
    CHECK(fault("status", "Partial") == "must be Pending, Running, Success or Failed");
    CHECK(fault("type", "Dump") == "must be Backup, Restore or Verification");
    CHECK(fault("limit", "0") == "must be a whole number from 1 to 500");
    CHECK(fault("limit", "501") != "(none)");
    CHECK(fault("limit", "2x") != "(none)");
    CHECK(fault("cursor", "abc") == "must be the nextCursor of an earlier answer");
    CHECK(fault("cursor", "-1") != "(none)");
    CHECK(fault("from", "yesterday") == "must be a time as in 2026-01-15T10:30:00Z");
}

TEST_CASE("Executions: history keeps the contract's shape", "[handlers]") {
    ExecutionFixture service;
    service.finished(Outcome::Success);
    const std::string deleted = service.pending().id;
    service.remove("/jobs/" + service.job());
    const Answer history = service.get("/history");
    CHECK(history.text("systemTimezone") == "UTC");
    REQUIRE(history.size("executions") == 2);
    CHECK(history.text("executions[0].id") == deleted);
    CHECK(history.isNull("executions[0].job"));
    CHECK(history.isNull("executions[0].jobId"));
    CHECK(history.text("executions[1].triggerLabel") == "ci");
    CHECK(history.text("executions[1].metadata").find("\"stage\":\"Completed\"") != std::string::npos);
}

TEST_CASE("Executions: stages and artifacts are listed", "[handlers]") {
    ExecutionFixture service;
    const Execution execution = service.running();
    const std::string dumping(stage::dumping);
    service.executions.stageStartedLater(execution.id, dumping, service.clock.now());
    service.clock.advance(std::chrono::seconds(3));
    service.executions.stageEndedLater(execution.id, dumping, service.clock.now(), 5'000'000'000);
    service.executions.stageStartedLater(execution.id, "Uploading", service.clock.now());
    service.database.flush();
    const Answer stages = service.getExecution(execution.id, "/stages");
    REQUIRE(stages.size("data") == 2);
    CHECK(stages.text("data[0].name") == "Dumping Databases");
    CHECK(stages.text("data[0].duration") == "3000");
    CHECK(stages.text("data[0].bytes") == "5000000000");
    CHECK(stages.isNull("data[1].endedAt"));
    CHECK(stages.isNull("data[1].duration"));

    const Answer artifacts = service.getExecution(service.finished(Outcome::Success).id, "/artifacts");
    REQUIRE(artifacts.size("data") == 1);
    CHECK(artifacts.text("data[0].name") == "Nightly/b1/shop.dump.zst");
    CHECK(artifacts.text("data[0].originalSize") == "5000000000");
    CHECK(artifacts.text("data[0].sha256") == std::string(64, 'a'));
}

TEST_CASE("Executions: cancel says what it did", "[handlers]") {
    ExecutionFixture service;
    const std::string id = service.post("/jobs/" + service.job() + "/run", "").text("executionId");
    const Answer cancelled = service.post("/executions/" + id + "/cancel", "");
    CHECK(cancelled.body == R"({"success":true,"message":"Pending execution cancelled"})");
    const Answer execution = service.getExecution(id);
    CHECK(execution.text("data.status") == "Failed");
    CHECK(execution.text("data.outcome") == "Cancelled");
    CHECK(execution.text("data.duration") == "0");
    const Answer again = service.post("/executions/" + id + "/cancel", "");
    CHECK(again.status == 400);
    CHECK(again.error() == "Cannot cancel execution with status: Failed");
}

TEST_CASE("Executions: only a backup that is there can be restored", "[handlers]") {
    ExecutionFixture service;
    const std::string failed = service.finished(Outcome::Failed, "x").id;
    CHECK(service.post("/executions/" + failed + "/restore", "{}").error() ==
          "This execution has no backup that could be restored");
    const std::string good = service.finished(Outcome::Success).id;
    const Answer nowhere = service.post("/executions/" + good + "/restore", R"({"targetSourceId":"x"})");
    CHECK(nowhere.status == 400);
    CHECK(nowhere.detail("storageId") != "(none)");
}
