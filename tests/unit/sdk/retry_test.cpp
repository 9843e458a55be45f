#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>

#include "tests/support/recording_run.h"
#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using namespace std::chrono_literals;

namespace {

constexpr RetryPolicy quick{3, 1ms, 2ms};

}  // namespace

TEST_CASE("retry: an action that succeeds is called once", "[sdk]") {
    RecordingRun run;
    int calls = 0;
    retry(quick, run, [&] { ++calls; });
    CHECK(calls == 1);
    CHECK(run.entries().empty());
}

TEST_CASE("retry: an error that may pass is tried again, with a warning for each", "[sdk]") {
    RecordingRun run;
    int calls = 0;
    retry(quick, run, [&] {
        if (++calls < 3) throw Error(ErrorKind::Unavailable, "the line is cut").canRetry();
    });
    CHECK(calls == 3);
    CHECK(run.messages() == std::vector<std::string>{"the line is cut (attempt 1 of 3, trying again)",
                                                     "the line is cut (attempt 2 of 3, trying again)"});
    CHECK(run.entries().front().level == LogLevel::Warning);
}

TEST_CASE("retry: the last error is thrown when the attempts are used up", "[sdk]") {
    RecordingRun run;
    int calls = 0;
    CHECK(textThrownBy([&] {
              retry(quick, run, [&] {
                  throw Error(ErrorKind::Unavailable, "failure " + std::to_string(++calls)).canRetry();
              });
          }) == "failure 3");
    CHECK(calls == 3);
}

TEST_CASE("retry: an error that will not pass is thrown at once, as is what is no Error", "[sdk]") {
    RecordingRun run;
    int calls = 0;
    CHECK(kindThrownBy([&] {
              retry(quick, run, [&] {
                  ++calls;
                  throw Error(ErrorKind::Authentication, "wrong password");
              });
          }) == ErrorKind::Authentication);
    CHECK_THROWS_AS(retry(quick,
                          run,
                          [&] {
                              ++calls;
                              throw std::runtime_error("something else");
                          }),
                    std::runtime_error);
    CHECK(calls == 2);
}

TEST_CASE("retry: a stop ends the delay", "[sdk]") {
    RecordingRun run;
    const RetryPolicy slow{100, 1h, 1h};
    CHECK(kindThrownBy([&] {
              retry(slow, run, [&] {
                  run.requestStop();
                  throw Error(ErrorKind::Unavailable, "the line is cut").canRetry();
              });
          }) == ErrorKind::Cancelled);
}

TEST_CASE("sleepFor: waits as long as it should and ends at a stop", "[sdk]") {
    RecordingRun run;
    const auto start = std::chrono::steady_clock::now();
    sleepFor(5ms, run);
    CHECK(std::chrono::steady_clock::now() - start >= 5ms);
    std::thread stopper([&] { run.requestStop(); });
    CHECK(kindThrownBy([&] { sleepFor(1h, run); }) == ErrorKind::Cancelled);
    stopper.join();
}
