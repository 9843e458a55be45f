#include "core/worker/run.h"

#include <future>

#include <catch2/catch.hpp>

#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;
using Kind = protocol::Event::Kind;

TEST_CASE("Stage: starts once, and its end tells all bytes", "[worker]") {
    Harness harness;
    worker::Stage stage(harness.run, "Uploading");
    stage.start();
    stage.start();
    stage.add(5);
    stage.add(7);
    stage.end();
    const auto events = harness.sent();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::StageStarted);
    CHECK(events[1].kind == Kind::StageEnded);
    CHECK(events[1].bytes == 12);
}

TEST_CASE("Stage: progress goes out at most five times a second", "[worker]") {
    Harness harness;
    worker::Stage stage(harness.run, "Uploading");
    stage.start();
    stage.expect(1'000'000'000);
    stage.expect(-500);
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(650))
        stage.add(1);
    const auto events = harness.sent();
    CHECK(events.size() >= 3);
    CHECK(events.size() <= 5);
    CHECK(events.back().kind == Kind::Progress);
    CHECK(events.back().total_bytes == 999'999'500);
    CHECK(events.back().bytes > 0);
}

TEST_CASE("PluginContext: what a plugin says arrives, without secrets", "[worker]") {
    Harness harness;
    harness.run.setUp({"/scratch/x", "/opt/bin"});
    harness.run.setStage("Verifying");
    std::uint64_t estimate = 0;
    worker::PluginContext context(
        harness.run, Harness::component("d7", "memory"), harness.stop.get_token(), [&](std::uint64_t bytes) {
            estimate = bytes;
        });
    context.mask(sdk::SecretString("token-123"));
    context.log(sdk::LogLevel::Warning, "with token-123", "and token-123");
    context.leftover("upload-1");
    context.leftoverGone("upload-1");
    context.estimate(77);
    CHECK(estimate == 77);
    CHECK(context.scratch() == "/scratch/x");
    CHECK(context.toolPath() == "/opt/bin");
    const auto events = harness.sent();
    REQUIRE(events.size() == 3);
    CHECK(events[0].log.level == "warning");
    CHECK(events[0].log.message == "with ***");
    CHECK(events[0].log.details == "and ***");
    CHECK(events[0].log.stage == "Verifying");
    CHECK(events[1].kind == Kind::Leftover);
    CHECK(events[1].component_id == "d7");
    CHECK(events[1].token == "upload-1");
    CHECK(events[2].kind == Kind::LeftoverGone);
    context.throwIfStopped();
    harness.stop.request_stop();
    CHECK_THROWS_AS(context.throwIfStopped(), Error);

    worker::PluginContext without(harness.run, Harness::component("d7", "memory"), {});
    without.estimate(1);
    using Level = sdk::LogLevel;
    for (const Level level : {Level::Debug, Level::Info, Level::Success, Level::Error})
        without.log(level, "x", "");
    CHECK(harness.logged("debug", "x"));
    CHECK(harness.logged("info", "x"));
    CHECK(harness.logged("success", "x"));
    CHECK(harness.logged("error", "x"));
}

TEST_CASE("Run: what is announced waits until the daemon has it on record", "[worker]") {
    Harness harness;
    worker::Confirmations confirmations;
    worker::Run run(harness.events, harness.masker, harness.stop.get_token(), &confirmations);
    worker::PluginContext context(run, Harness::component("d1", "memory"), harness.stop.get_token());

    SECTION("not at all, when the daemon does not confirm") {
        run.setUp({"/s", "/t", false});
        context.leftover("one");
        CHECK(harness.sent().size() == 1);
    }
    SECTION("one line feed for each, in their order") {
        run.setUp({"/s", "/t", true});
        auto first = std::async(std::launch::async, [&] { context.leftover("one"); });
        while (harness.sent().empty())
            std::this_thread::yield();
        CHECK(first.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
        confirmations.add(1);
        first.get();
        auto second = std::async(std::launch::async, [&] { context.leftover("two"); });
        CHECK(second.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
        context.leftoverGone("one");
        confirmations.add(1);
        second.get();
    }
    SECTION("a stop ends the wait") {
        run.setUp({"/s", "/t", true});
        auto waiting = std::async(std::launch::async, [&] { context.leftover("one"); });
        harness.stop.request_stop();
        CHECK_THROWS_AS(waiting.get(), Error);
    }
}
