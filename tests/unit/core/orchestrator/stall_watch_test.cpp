#include "core/orchestrator/stall_watch.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using orchestrator::StallWatch;
using Kind = protocol::Event::Kind;
using std::chrono::seconds;

namespace {

StallWatch::Time at(int second) {
    return StallWatch::Time(seconds(second));
}

protocol::Event event(Kind kind, const std::string& stage, std::int64_t bytes = 0) {
    protocol::Event event;
    event.kind = kind;
    event.stage = stage;
    event.bytes = bytes;
    return event;
}

}  // namespace

TEST_CASE("StallWatch: bytes, stages and plugins at work are signs; the log is none", "[orchestrator]") {
    StallWatch watch(at(1));
    CHECK(watch.lastSign() == at(1));
    watch.record(event(Kind::StageStarted, "Dumping"), at(2));
    CHECK(watch.lastSign() == at(2));
    watch.record(event(Kind::Log, "Dumping"), at(3));
    watch.record(event(Kind::Leftover, ""), at(3));
    CHECK(watch.lastSign() == at(2));
    watch.record(event(Kind::Progress, "Dumping", 10), at(4));
    watch.record(event(Kind::Progress, "Dumping", 10), at(5));
    CHECK(watch.lastSign() == at(4));
    watch.record(event(Kind::Working, "Dumping"), at(6));
    CHECK(watch.lastSign() == at(6));
    watch.record(event(Kind::StageEnded, "Dumping"), at(7));
    CHECK(watch.lastSign() == at(7));
}

TEST_CASE("StallWatch: the stage that stood still first is the one that holds up the rest",
          "[orchestrator]") {
    StallWatch watch(at(0));
    CHECK(watch.stillest("Initializing") == "Initializing");
    watch.record(event(Kind::StageStarted, "Dumping"), at(1));
    watch.record(event(Kind::StageStarted, "Uploading"), at(1));
    watch.record(event(Kind::Progress, "Uploading", 5), at(2));
    watch.record(event(Kind::Progress, "Dumping", 9), at(3));
    CHECK(watch.stillest("") == "Uploading");
    watch.record(event(Kind::Progress, "Uploading", 6), at(4));
    CHECK(watch.stillest("") == "Dumping");
    watch.record(event(Kind::StageEnded, "Dumping"), at(5));
    CHECK(watch.stillest("") == "Uploading");
}
