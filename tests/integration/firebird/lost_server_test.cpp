#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"

using namespace dbackup::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

namespace {

constexpr int many = 100'000;

}  // namespace

TEST_CASE(
    "FirebirdEngine: a server that is lost in the middle of a dump is a failure, and the next dump works",
    "[firebird]") {
    FirebirdServer own;
    const std::string path = own.path("shop.fdb");
    own.create(path, numbers(many));
    RecordingRun run;
    MemoryOutput output;
    bool killed = false;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > 1'000'000 && !killed) {
            killed = true;
            own.kill();
        }
    };
    const Error error = errorOf([&] { dumpWith(own.settings(), path, output, run); });
    CHECK(killed);
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_FALSE(output.anyFinished());
    own.start();
    MemoryOutput next;
    dumpWith(own.settings(), path, next, run);
    CHECK(next.only().finished);
}

TEST_CASE(
    "FirebirdEngine: a server that is lost in the middle of a restore keeps the old database and says "
    "what is left",
    "[firebird]") {
    FirebirdServer own;
    const std::string path = own.path("shop.fdb");
    own.create(path, numbers(many));
    RecordingRun run;
    MemoryOutput output;
    dumpWith(own.settings(), path, output, run);
    MemorySource bytes(output.only().bytes);
    bool killed = false;
    bytes.on_read = [&](std::size_t at) {
        if (at > 5'000'000 && !killed) {
            killed = true;
            own.kill();
        }
    };
    const Error error = errorOf([&] {
        restoreWith(own.settings(), {output.only().object, path, true}, bytes, run);
    });
    CHECK(killed);
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_THAT(run.messages().back(), Contains("is left on") && Contains("shop.fdb.dbackup-"));
    own.start();
    CHECK(own.value(path, "select count(*) from numbers") == std::to_string(many));
}

TEST_CASE("FirebirdEngine: a cancelled dump ends at once, on the server, too", "[firebird]") {
    const Database shop("shop.fdb", numbers(many));
    RecordingRun run;
    MemoryOutput output;
    std::chrono::steady_clock::time_point stopped;
    output.on_block = [&](std::size_t bytes) {
        if (bytes < 1'000'000 || run.stop().stop_requested()) return;
        stopped = std::chrono::steady_clock::now();
        run.requestStop();
    };
    const Error error = errorOf([&] { dumpWith(server().settings(), shop.path(), output, run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK_FALSE(output.anyFinished());
    const auto others = [&] {
        return shop.value(
            "select count(*) from mon$attachments where mon$system_flag = 0 and "
            "mon$attachment_id <> current_connection");
    };
    while (others() != "0" && std::chrono::steady_clock::now() - stopped < 20s) {
        std::this_thread::sleep_for(10ms);
    }
    CHECK(others() == "0");
}

TEST_CASE("FirebirdEngine: the error of a destination that fails ends the dump", "[firebird]") {
    const Database shop("shop.fdb", numbers(many));
    RecordingRun run;
    MemoryOutput output;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > 1'000'000) throw Error(ErrorKind::NoSpace, "the destination is full");
    };
    const Error error = errorOf([&] { dumpWith(server().settings(), shop.path(), output, run); });
    CHECK(error.kind() == ErrorKind::NoSpace);
    CHECK_FALSE(output.anyFinished());
}
