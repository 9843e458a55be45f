#include "cli/units.h"

#include <catch2/catch.hpp>
#include <stdlib.h>

using namespace dbackup::cli;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("bytesText: one decimal from a KiB on", "[cli]") {
    CHECK(bytesText(0) == "0 B");
    CHECK(bytesText(1023) == "1023 B");
    CHECK(bytesText(1024) == "1.0 KiB");
    CHECK(bytesText(1536) == "1.5 KiB");
    // Never "1024.0 KiB".
    CHECK(bytesText((1 << 20) - 1) == "1.0 MiB");
    CHECK(bytesText(std::int64_t{69'120'000'000}) == "64.4 GiB");
    CHECK(bytesText(std::int64_t{1} << 62) == "4096.0 PiB");
}

TEST_CASE("durationText: two units at most", "[cli]") {
    CHECK(durationText(milliseconds(0)) == "0.0 s");
    CHECK(durationText(milliseconds(340)) == "0.3 s");
    CHECK(durationText(seconds(12)) == "12 s");
    CHECK(durationText(seconds(65)) == "1 m 05 s");
    CHECK(durationText(seconds(3600 * 2 + 180)) == "2 h 03 m");
    CHECK(durationText(seconds(86'400 * 3 + 3600 * 4)) == "3 d 04 h");
}

TEST_CASE("clockText: minutes and seconds, hours where there are", "[cli]") {
    CHECK(clockText(seconds(0)) == "0:00");
    CHECK(clockText(seconds(32)) == "0:32");
    CHECK(clockText(seconds(725)) == "12:05");
    CHECK(clockText(seconds(11'220)) == "3:07:00");
}

TEST_CASE("localTime: times of the server are shown in the zone here", "[cli]") {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    CHECK(localTime("2026-01-15T10:30:00.000Z") == "2026-01-15 11:30:00");
    CHECK(localTime("2026-07-15T10:30:00.000Z") == "2026-07-15 12:30:00");
    setenv("TZ", "UTC", 1);
    tzset();
    CHECK(localTime("2026-01-15T10:30:00.000Z") == "2026-01-15 10:30:00");
    CHECK(localTime("never") == "never");
    CHECK(localTime("") == "");
}
