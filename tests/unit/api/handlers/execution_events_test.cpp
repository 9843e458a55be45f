#include "api/handlers/execution_events.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "core/base/ids.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;

namespace {

/// Keeps what is sent.
class RecordingStream final : public api::BodyStream {
public:
    void begin(const api::Response& head) override { head_ = head; }
    bool send(std::string_view bytes) override {
        const std::scoped_lock lock(mutex_);
        sent_ += bytes;
        changed_.notify_all();
        return !client_gone_;
    }
    std::stop_token stop() const override { return stop_.get_token(); }

    bool await(const std::string& text) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(
            lock, std::chrono::seconds(20), [&] { return sent_.find(text) != std::string::npos; });
    }
    std::string sent() const {
        const std::scoped_lock lock(mutex_);
        return sent_;
    }
    void leave() {
        const std::scoped_lock lock(mutex_);
        client_gone_ = true;
    }
    void requestStop() { stop_.request_stop(); }
    const api::Response& head() const { return head_; }

private:
    api::Response head_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string sent_;
    bool client_gone_ = false;
    std::stop_source stop_;
};

struct EventsFixture {
    test::TempDir folder;
    test::FakeClock clock;
    Log log{Log::Level::Error};
    store::Database database{folder / "dbackup.db", log};
    store::ExecutionStore executions{database};
    RecordingStream stream;
    api::Request request;
    Execution execution;

    EventsFixture() {
        execution.id = newId();
        execution.queued_at = clock.now();
        executions.add(execution);
        request.params["id"] = execution.id;
        say("Job queued");
    }
    void say(const std::string& message) {
        LogEntry entry;
        entry.timestamp = clock.now();
        entry.message = message;
        executions.logLater(execution.id, entry);
        database.flush();
    }
    void finish() {
        execution.status = ExecutionStatus::Success;
        execution.outcome = Outcome::Success;
        execution.stage = stage::completed;
        execution.ended_at = clock.now();
        executions.finish(execution, {});
    }
    void follow() { api::streamExecution(request, executions, stream); }
};

}  // namespace

TEST_CASE("Execution events: an ended execution is told whole, and that is the end", "[handlers]") {
    EventsFixture service;
    service.finish();
    service.follow();
    const std::string sent = service.stream.sent();
    CHECK(service.stream.head().content_type == "text/event-stream");
    const auto log = sent.find("event: log\ndata: {\"timestamp\":\"2026-01-15T10:30:00.000Z\"");
    const auto change = sent.find("event: execution\ndata: {\"id\":\"" + service.execution.id);
    const auto end = sent.find("event: end\ndata: {\"id\":\"" + service.execution.id);
    CHECK(log < change);
    CHECK(change < end);
    CHECK(end != std::string::npos);
    CHECK(sent.ends_with("\n\n"));
    CHECK(sent.starts_with("id: "));
}

TEST_CASE("Execution events: what happens is sent as it happens", "[handlers]") {
    EventsFixture service;
    std::jthread follower([&] { service.follow(); });
    REQUIRE(service.stream.await("\"status\":\"Pending\""));
    service.executions.claim(service.execution.id, service.clock.now(), "A/b");
    service.executions.updateProgressLater(service.execution.id, "Uploading", 70);
    service.say("half way");
    CHECK(service.stream.await("half way"));
    CHECK(service.stream.await("\"stage\":\"Uploading\""));
    CHECK(service.stream.sent().find("event: end") == std::string::npos);
    service.say("last words");
    service.finish();
    follower.join();
    const std::string sent = service.stream.sent();
    CHECK(sent.find("last words") < sent.find("event: end"));
}

TEST_CASE("Execution events: a cursor leaves out what the client has", "[handlers]") {
    EventsFixture service;
    service.say("second");
    service.finish();
    const auto entries = service.executions.logs(service.execution.id);
    service.request.query["cursor"] = std::to_string(entries.front().id);
    service.follow();
    CHECK(service.stream.sent().find("Job queued") == std::string::npos);
    CHECK(service.stream.sent().find("second") != std::string::npos);
}

TEST_CASE("Execution events: the stream ends when the server stops", "[handlers]") {
    EventsFixture service;
    std::jthread follower([&] { service.follow(); });
    REQUIRE(service.stream.await("event: execution"));
    service.stream.requestStop();
    follower.join();
    CHECK(service.stream.sent().find("event: end") == std::string::npos);
}

TEST_CASE("Execution events: the stream ends when the client has gone", "[handlers]") {
    EventsFixture service;
    std::jthread follower([&] { service.follow(); });
    REQUIRE(service.stream.await("event: execution"));
    service.stream.leave();
    service.say("nobody hears this");
    follower.join();
    CHECK(service.stream.sent().find("event: end") == std::string::npos);
}

TEST_CASE("Execution events: an unknown id and a wrong cursor are refused before anything is sent",
          "[handlers]") {
    EventsFixture service;
    service.request.query["cursor"] = "x";
    CHECK_THROWS_AS(service.follow(), api::HttpError);
    service.request.query.clear();
    service.request.params["id"] = "nope";
    CHECK_THROWS_WITH(service.follow(), "Execution not found");
    CHECK(service.stream.sent().empty());
}

TEST_CASE("Execution events: stages are sent as they begin, advance and end", "[handlers]") {
    EventsFixture service;
    const std::string dumping(stage::dumping);
    std::jthread follower([&] { service.follow(); });
    service.executions.stageStartedLater(service.execution.id, dumping, service.clock.now());
    REQUIRE(service.stream.await("event: stage\ndata: {\"name\":\"Dumping Databases\""));
    service.executions.stageAdvancedLater(service.execution.id, dumping, 4711);
    REQUIRE(service.stream.await("\"bytes\":4711"));
    service.executions.stageEndedLater(service.execution.id, dumping, service.clock.now(), 5000);
    REQUIRE(service.stream.await("\"bytes\":5000"));
    service.finish();
    REQUIRE(service.stream.await("event: end"));
}
