#include <catch2/catch.hpp>

#include "core/protocol/messages.h"

using namespace dbackup;
using namespace dbackup::protocol;

using Kind = Event::Kind;

TEST_CASE("Event: a stage and its progress arrive as they were sent", "[protocol]") {
    Event event;
    event.kind = Kind::StageStarted;
    event.stage = "Dumping Databases";
    CHECK(eventFrom(toLine(event)).kind == Kind::StageStarted);
    CHECK(eventFrom(toLine(event)).stage == "Dumping Databases");

    event.kind = Kind::StageEnded;
    event.bytes = 5'000'000'000;
    CHECK(eventFrom(toLine(event)).kind == Kind::StageEnded);
    CHECK(eventFrom(toLine(event)).bytes == 5'000'000'000);

    event.kind = Kind::Progress;
    event.total_bytes = 9'000'000'000;
    CHECK(eventFrom(toLine(event)).kind == Kind::Progress);
    CHECK(eventFrom(toLine(event)).bytes == 5'000'000'000);
    CHECK(eventFrom(toLine(event)).total_bytes == 9'000'000'000);
}

TEST_CASE("Event: a log entry arrives as it was sent", "[protocol]") {
    Event event;
    event.kind = Kind::Log;
    event.log.timestamp = fromIso("2026-01-15T10:30:00.123Z");
    event.log.level = "warning";
    event.log.type = "storage";
    event.log.message = "line\nwith \"quotes\" and \x01";
    event.log.stage = "Uploading";
    event.log.details = "more";
    CHECK(toLine(event).find('\n') == std::string::npos);
    const Event back = eventFrom(toLine(event));
    CHECK(back.kind == Kind::Log);
    CHECK(back.log.timestamp == event.log.timestamp);
    CHECK(back.log.level == "warning");
    CHECK(back.log.type == "storage");
    CHECK(back.log.message == event.log.message);
    CHECK(back.log.stage == "Uploading");
    CHECK(back.log.details == "more");
    CHECK_FALSE(back.log.duration_ms);
    event.log.duration_ms = 17;
    CHECK(eventFrom(toLine(event)).log.duration_ms == 17);
}

TEST_CASE("Event: leftovers arrive as they were sent", "[protocol]") {
    for (const Kind kind : {Kind::Leftover, Kind::LeftoverGone}) {
        Event event;
        event.kind = kind;
        event.component_id = "d1";
        event.token = "job/.x.partial";
        const Event back = eventFrom(toLine(event));
        CHECK(back.kind == kind);
        CHECK(back.component_id == "d1");
        CHECK(back.token == "job/.x.partial");
    }
}

TEST_CASE("Event: results arrive with data or with their error", "[protocol]") {
    Event good;
    good.kind = Kind::Result;
    good.ok = true;
    good.data = newObject();
    good.data->set("answer", 42);
    const Event good_back = eventFrom(toLine(good));
    CHECK(good_back.ok);
    CHECK(integerOr(*good_back.data, "answer", 0) == 42);

    const Event bad = failure(Error(ErrorKind::NoSpace, "cannot write /x", "Free space").canRetry());
    const Event bad_back = eventFrom(toLine(bad));
    CHECK_FALSE(bad_back.ok);
    CHECK(bad_back.data);
    const Error error = errorOf(bad_back);
    CHECK(error.kind() == ErrorKind::NoSpace);
    CHECK(std::string(error.what()) == "cannot write /x");
    CHECK(error.hint() == "Free space");
    CHECK(error.retryable());
}

TEST_CASE("Event: a line that is no event is refused as the worker's fault", "[protocol]") {
    for (const std::string line : {"",
                                   "hello",
                                   "[]",
                                   "{}",
                                   R"({"event":7})",
                                   R"({"event":"dance"})",
                                   R"({"event":"progress","stage":"x"})",
                                   R"({"event":"progress","stage":"x","bytes":-1,"totalBytes":0})",
                                   R"({"event":"result","ok":false,"data":{}})",
                                   R"({"event":"result","ok":true})",
                                   R"({"event":"log","timestamp":"yesterday"})"}) {
        CAPTURE(line);
        try {
            eventFrom(line);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Internal);
        }
    }
}

TEST_CASE("Event: one without a kind is not sent", "[protocol]") {
    CHECK_THROWS_AS(toLine(Event()), Error);
}
