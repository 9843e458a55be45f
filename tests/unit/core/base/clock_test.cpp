#include "core/base/clock.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;

TEST_CASE("toIso: writes UTC with milliseconds", "[base]") {
    CHECK(toIso(fromMillis(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(toIso(fromMillis(1'768'473'000'007)) == "2026-01-15T10:30:00.007Z");
    CHECK(toIso(fromMillis(951'782'400'000)) == "2000-02-29T00:00:00.000Z");
}

TEST_CASE("fromIso: reads what toIso writes, and offsets", "[base]") {
    for (const std::int64_t millis : {0LL, 1'768'473'000'007LL, 4'102'444'799'999LL}) {
        CHECK(toMillis(fromIso(toIso(fromMillis(millis)))) == millis);
    }
    CHECK(fromIso("2026-01-15T10:30:00Z") == fromIso("2026-01-15T10:30:00.000Z"));
    CHECK(fromIso("2026-01-15T12:30:00+02:00") == fromIso("2026-01-15T10:30:00Z"));
}

TEST_CASE("fromIso: refuses what is no time with a zone, and says how to write one", "[base]") {
    for (const auto* text : {"",
                             "tomorrow",
                             "2026-01-15",
                             "2026-01-15 10:30:00Z",
                             "2026-13-45T10:30:00Z",
                             "2026-01-15T10:30:00"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH(fromIso(text), Catch::Contains("is not a time"));
    }
}

TEST_CASE("SystemClock: goes forward", "[base]") {
    const SystemClock clock;
    const auto first = clock.steady();
    CHECK(clock.now() > fromIso("2026-01-01T00:00:00Z"));
    CHECK(clock.steady() >= first);
}
