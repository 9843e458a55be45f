#include "cli/progress.h"

#include <sstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "cli/text.h"

using namespace dbackup::cli;
using std::chrono::seconds;

namespace {

Progress half() {
    Progress progress;
    progress.name = "Nightly";
    progress.stage = "Dumping Databases";
    progress.percent = 45;
    progress.bytes = 1'288'490'189;
    progress.bytes_per_second = 89'443'532.0;
    progress.time_left = seconds(32);
    return progress;
}

JsonObject::Ptr object(const std::string& text) {
    return asObject(parseJson(text));
}

}  // namespace

TEST_CASE("progressLine: stage, bar, percent, bytes, rate and time left", "[cli]") {
    CHECK(
        progressLine(half(), 100) ==
        "Nightly  Dumping Databases  [############----------------]   45 %  1.2 GiB  85.3 MiB/s  0:32 left");
}

TEST_CASE("progressLine: a narrow window loses what matters least first", "[cli]") {
    CHECK(progressLine(half(), 79) ==
          "Nightly  Dumping Databases  [####------]   45 %  1.2 GiB  85.3 MiB/s  0:32 left");
    CHECK(progressLine(half(), 70) == "Nightly  Dumping Databases   45 %  1.2 GiB  85.3 MiB/s  0:32 left");
    CHECK(progressLine(half(), 60) == "Nightly  Dumping Databases   45 %  1.2 GiB  85.3 MiB/s");
    CHECK(progressLine(half(), 44) == "Nightly  Dumping Databases   45 %  1.2 GiB");
    CHECK(progressLine(half(), 34) == "Nightly  Dumping Databases   45 %");
    CHECK(progressLine(half(), 20) == "Nightly  Dum…   45 %");
    for (std::size_t columns = 1; columns < 130; ++columns) {
        CHECK(columnsOf(progressLine(half(), columns)) <= columns);
    }
}

TEST_CASE("progressLine: the bar is never more than full, nor less than empty", "[cli]") {
    Progress progress;
    progress.stage = "X";
    for (const int percent : {-5, 0, 100, 250}) {
        progress.percent = percent;
        CHECK_THAT(progressLine(progress, 60), Catch::Contains(percent <= 0 ? "[----" : "####]"));
    }
}

TEST_CASE("ProgressMeter: the rate is that of the last seconds, the time left that of the percentage",
          "[cli]") {
    ProgressMeter meter;
    const SteadyTime start{};
    meter.execution(*object(R"({"jobName":"Nightly","stage":"Dumping Databases","progress":5})"), start);
    for (int second = 0; second <= 20; ++second) {
        const std::string bytes = std::to_string(second * 1'000'000);
        meter.stage(*object(R"({"name":"Dumping Databases","bytes":)" + bytes + "}"),
                    start + seconds(second));
    }
    meter.execution(*object(R"({"jobName":"Nightly","stage":"Dumping Databases","progress":25})"),
                    start + seconds(20));
    const Progress progress = meter.progress(start + seconds(20));
    CHECK(progress.bytes == 20'000'000);
    CHECK(*progress.bytes_per_second == Approx(1'000'000));
    CHECK(progress.time_left == seconds(75));  // 20 % took 20 s
}

TEST_CASE("ProgressMeter: nothing is reckoned from nothing", "[cli]") {
    ProgressMeter meter;
    meter.execution(*object(R"({"stage":"Queued","progress":null})"), SteadyTime());
    const Progress progress = meter.progress(SteadyTime() + seconds(100));
    CHECK_FALSE(progress.bytes_per_second);
    CHECK_FALSE(progress.time_left);
}

TEST_CASE("ProgressMeter: another stage begins with its own bytes", "[cli]") {
    ProgressMeter meter;
    meter.execution(*object(R"({"stage":"Dumping Databases","progress":5})"), SteadyTime());
    meter.stage(*object(R"({"name":"Dumping Databases","bytes":1000})"), SteadyTime());
    meter.execution(*object(R"({"stage":"Uploading","progress":65})"), SteadyTime() + seconds(1));
    CHECK(meter.progress(SteadyTime() + seconds(1)).bytes == 0);
}

TEST_CASE("ProgressDisplay: where there is no terminal, plain lines now and then", "[cli]") {
    const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const Terminal none(fd);
    std::ostringstream out;
    ProgressDisplay display(out, none);
    Progress progress = half();
    progress.bytes_per_second.reset();
    display.show(progress, SteadyTime() + seconds(100));
    progress.percent = 50;
    display.show(progress, SteadyTime() + seconds(101));  // hardly more: no line
    progress.percent = 56;
    display.show(progress, SteadyTime() + seconds(102));
    display.show(progress, SteadyTime() + seconds(140));  // a sign of life
    progress.stage = "Uploading";
    display.show(progress, SteadyTime() + seconds(141));
    display.clear();
    close(fd);
    CHECK(out.str() ==
          " 45 %  Dumping Databases  1.2 GiB\n"
          " 56 %  Dumping Databases  1.2 GiB\n"
          " 56 %  Dumping Databases  1.2 GiB\n"
          " 56 %  Uploading  1.2 GiB\n");
}
