#include <array>
#include <chrono>
#include <optional>

#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "fixture.h"
#include "plugins/engines/firebird/firebird_engine.h"

using namespace dbackup::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using dbackup::firebird::FirebirdEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

namespace {

constexpr const char* small = "create table kept (i int); commit; insert into kept values (42); commit;\n";

const Dump& numbersDump() {
    static const Dump taken = [] {
        const Database database("numbers.fdb", numbers(30000));
        return dump(database.path());
    }();
    return taken;
}

Error checkError(const Dump& dump, const std::string& path, bool overwrite = false, bool no_owner = false) {
    return errorOf([&] {
        RecordingRun run;
        FirebirdEngine(server().settings()).checkRestore({dump.object, path, overwrite, no_owner}, run);
    });
}

/// Restores from bytes that break off by an error after some of them, as a lost destination does.
Error brokenOff(const std::string& path, std::size_t after, bool overwrite = false) {
    RecordingRun run;
    MemorySource bytes(numbersDump().bytes);
    bytes.on_read = [&](std::size_t at) {
        if (at >= after) throw Error(ErrorKind::Integrity, "the backup is damaged");
    };
    const Error error = errorOf([&] {
        restoreWith(server().settings(), {numbersDump().object, path, overwrite}, bytes, run);
    });
    for (const auto& entry : run.entries()) {
        CAPTURE(entry.message, entry.details);
        CHECK(entry.level < dbackup::sdk::LogLevel::Warning);
    }
    return error;
}

/// A database whose expression index cannot be made any more.
std::string brokenIndex() {
    return "create table t (i int not null); commit;\n"
           "set term ^; create function f (i int) returns int as begin return i; end^ set term ;^ commit;\n"
           "create index x on t computed by (f(i)); insert into t values (0); insert into t values (1); "
           "commit;\n"
           "set term ^; alter function f (i int) returns int as begin return 1 / i; end^ set term ;^ "
           "commit;\n";
}

}  // namespace

TEST_CASE("FirebirdEngine: a database that has data is replaced only when told to", "[firebird]") {
    const Database old("old.fdb", small);
    const std::string before = old.content();
    const Error refused = checkError(numbersDump(), old.path());
    CHECK(refused.kind() == ErrorKind::AlreadyExists);
    CHECK_THAT(refused.text(), Contains("old.fdb") && Contains("\"overwrite\": true"));
    CHECK(errorOf([&] { restore(numbersDump(), old.path()); }).kind() == ErrorKind::AlreadyExists);
    CHECK(difference(old.content(), before) == "");

    restore(numbersDump(), old.path(), true);
    CHECK(old.value("select count(*) from numbers") == "30000");
    CHECK(old.value("select count(*) from rdb$relations where rdb$relation_name = 'KEPT'") == "0");
    CHECK(server().files() == "old.fdb");
}

TEST_CASE("FirebirdEngine: an empty database is filled without being told to replace it", "[firebird]") {
    const Database empty("empty.fdb", "");
    restore(numbersDump(), empty.path());
    CHECK(empty.value("select count(*) from numbers") == "30000");
    CHECK(server().files() == "empty.fdb");
}

TEST_CASE("FirebirdEngine: a database that others use is not replaced", "[firebird]") {
    const Database old("old.fdb", small);
    dbackup::sdk::Command isql("/usr/bin/isql-fb");
    isql.args({"-q", "-user", "SYSDBA", "-password", "secret"})
        .arg("127.0.0.1/" + server().port() + ":" + old.path())
        .withInput();
    RecordingRun run;
    dbackup::sdk::Subprocess user(isql, run);
    const std::string question = "select i from kept;\n";
    user.writeInput(std::as_bytes(std::span(question)));
    std::array<std::byte, 4096> answer{};
    REQUIRE(user.read(answer) > 0);

    const Error refused = checkError(numbersDump(), old.path(), true);
    CHECK(refused.kind() == ErrorKind::Unavailable);
    CHECK_THAT(refused.what(), Contains("in use by 1 other"));
    CHECK(errorOf([&] { restore(numbersDump(), old.path(), true); }).kind() == ErrorKind::Unavailable);
    user.kill();
    CHECK_FALSE(user.wait().ok());
    CHECK(old.value("select i from kept") == "42");
    CHECK(server().files() == "old.fdb");
}

TEST_CASE("FirebirdEngine: somebody who comes while the backup is restored keeps the old database",
          "[firebird]") {
    const Database old("old.fdb", small);
    dbackup::sdk::Command isql("/usr/bin/isql-fb");
    isql.args({"-q", "-user", "SYSDBA", "-password", "secret"})
        .arg("127.0.0.1/" + server().port() + ":" + old.path())
        .withInput();
    RecordingRun run;
    std::optional<dbackup::sdk::Subprocess> user;
    MemorySource bytes(numbersDump().bytes);
    bytes.on_read = [&](std::size_t at) {
        if (at == 0 || user) return;
        user.emplace(isql, run);
        const std::string question = "select i from kept;\n";
        user->writeInput(std::as_bytes(std::span(question)));
        std::array<std::byte, 4096> answer{};
        REQUIRE(user->read(answer) > 0);
    };
    const Error refused = errorOf([&] {
        restoreWith(server().settings(), {numbersDump().object, old.path(), true}, bytes, run);
    });
    CHECK(refused.kind() == ErrorKind::Unavailable);
    CHECK_THAT(refused.what(), Contains("in use"));
    user->kill();
    CHECK_FALSE(user->wait().ok());
    CHECK(old.value("select i from kept") == "42");
    CHECK(server().files() == "old.fdb");
}

TEST_CASE("FirebirdEngine: a restore that fails leaves nothing behind, and what was there as it was",
          "[firebird]") {
    const std::size_t size = numbersDump().bytes.size();
    for (const std::size_t after : {std::size_t{0}, std::size_t{1}, size / 2, size}) {
        CAPTURE(after);
        const Error error = brokenOff(server().path("new.fdb"), after);
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK(server().files().empty());
    }
    const Database old("old.fdb", small);
    const std::string before = old.content();
    CHECK(brokenOff(old.path(), size / 2, true).kind() == ErrorKind::Integrity);
    CHECK(difference(old.content(), before) == "");
    CHECK(server().files() == "old.fdb");
}

TEST_CASE("FirebirdEngine: a backup that is cut off, or none at all, is an error of gbak's", "[firebird]") {
    for (const std::size_t length : {std::size_t{0}, std::size_t{100}, numbersDump().bytes.size() / 2}) {
        CAPTURE(length);
        Dump cut = numbersDump();
        cut.bytes.resize(length);
        RecordingRun run;
        MemorySource bytes(cut.bytes);
        const Error error = errorOf([&] {
            restoreWith(server().settings(), {cut.object, server().path("new.fdb")}, bytes, run);
        });
        CHECK(error.kind() == ErrorKind::ToolFailed);
        CHECK(server().files().empty());
        for (const auto& entry : run.entries()) {
            CAPTURE(entry.message, entry.details);
            CHECK(entry.level < dbackup::sdk::LogLevel::Warning);
        }
    }
    Dump wrong = numbersDump();
    wrong.bytes = std::string(100'000, 'x');
    CHECK(errorOf([&] { restore(wrong, server().path("new.fdb")); }).kind() == ErrorKind::ToolFailed);
    CHECK(server().files().empty());
}

TEST_CASE("FirebirdEngine: an index that cannot be made fails the restore, though gbak ends with status 0",
          "[firebird]") {
    const Database broken("broken.fdb", brokenIndex());
    const Dump taken = dump(broken.path());
    const Error error = errorOf([&] { restore(taken, server().path("new.fdb")); });
    CHECK(error.kind() == ErrorKind::ToolFailed);
    CHECK_THAT(error.what(), Contains("cannot commit index X") && Contains("divide by zero"));
    CHECK(server().files() == "broken.fdb");
    // Nor does it take the place of another.
    const Database old("old.fdb", small);
    CHECK(errorOf([&] { restore(taken, old.path(), true); }).kind() == ErrorKind::ToolFailed);
    CHECK(old.value("select i from kept") == "42");
    CHECK(server().files() == "broken.fdb old.fdb");
}

TEST_CASE("FirebirdEngine: a cancelled restore leaves nothing behind and no connection", "[firebird]") {
    const Database old("old.fdb", small);
    for (const bool overwrite : {false, true}) {
        CAPTURE(overwrite);
        RecordingRun run;
        MemorySource bytes(numbersDump().bytes);
        std::chrono::steady_clock::time_point stopped;
        bytes.on_read = [&](std::size_t at) {
            if (at < numbersDump().bytes.size() / 2) return;
            stopped = std::chrono::steady_clock::now();
            run.requestStop();
        };
        const std::string path = overwrite ? old.path() : server().path("new.fdb");
        const Error error = errorOf([&] {
            restoreWith(server().settings(), {numbersDump().object, path, overwrite}, bytes, run);
        });
        CHECK(error.kind() == ErrorKind::Cancelled);
        CHECK(std::chrono::steady_clock::now() - stopped < 10s);
        CHECK(server().files() == "old.fdb");
        CHECK(old.value("select i from kept") == "42");
        for (const auto& entry : run.entries()) {
            CHECK(entry.level < dbackup::sdk::LogLevel::Warning);
        }
    }
}

TEST_CASE("FirebirdEngine: restores that cannot be are refused before anything is touched", "[firebird]") {
    const std::string path = server().path("new.fdb");
    CHECK(checkError(numbersDump(), path, false, true).kind() == ErrorKind::Unsupported);
    CHECK(checkError(numbersDump(), "/etc/passwd", true).kind() == ErrorKind::Unsupported);
    Dump other = numbersDump();
    other.object.format = "sql";
    CHECK(checkError(other, path).kind() == ErrorKind::Unsupported);
    Dump newer = numbersDump();
    newer.object.metadata = R"({"server":"5.0.1"})";
    const Error version = checkError(newer, path);
    CHECK(version.kind() == ErrorKind::Unsupported);
    CHECK_THAT(version.what(), Contains("5.0.1"));
    Dump unreadable = numbersDump();
    unreadable.object.metadata = "[";
    CHECK(checkError(unreadable, path).kind() == ErrorKind::Integrity);
    CHECK(server().files().empty());
}

TEST_CASE("FirebirdEngine: a folder that the server may not write to is Permission", "[firebird]") {
    const Error error = errorOf([&] { restore(numbersDump(), "/usr/new.fdb"); });
    CHECK(error.kind() == ErrorKind::Permission);
    CHECK(errorOf([&] { restore(numbersDump(), "/nowhere/new.fdb"); }).kind() == ErrorKind::NotFound);
}
