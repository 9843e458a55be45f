#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/redis/redis_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::redis::RedisEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;

namespace {

/// A dump of a small server, taken once.
const MemoryObject& small() {
    static const MemoryObject whole = [] {
        RedisServer source;
        source.commands("SET a 1\nSET b 2\n");
        return dump(source.settings());
    }();
    return whole;
}

Error refusal(RedisServer& target, const MemoryObject& whole, bool overwrite = true) {
    const std::string before = target.content();
    RecordingRun run;
    const Error error = errorOf([&] {
        RedisEngine(target.settings()).checkRestore({whole.object, "server", overwrite}, run);
    });
    CHECK(errorOf([&] { restore(target.settings(), whole, overwrite); }).kind() == error.kind());
    CHECK(target.content() == before);
    return error;
}

}  // namespace

TEST_CASE("RedisEngine: a server with data is not overwritten unless told to", "[redis]") {
    RedisServer target;
    target.commands("SET mine 1\nSELECT 5\nSET too 2\n");
    const Error error = refusal(target, small(), false);
    CHECK(error.kind() == ErrorKind::AlreadyExists);
    CHECK_THAT(error.what(), Contains("db0: 1 key, db5: 1 key"));
    restore(target.settings(), small(), true);
    CHECK(target.command({"GET", "a"}) == "1");
    CHECK(target.info("db") == "db0:keys=2,expires=0,avg_ttl=0");
}

TEST_CASE("RedisEngine: replicas, cluster nodes and servers that are too old are refused", "[redis]") {
    RedisServer master;
    RedisServer replica("replicaof 127.0.0.1 " + master.port() + "\nmasterauth secret");
    CHECK_THAT(refusal(replica, small()).what(), Contains("is a replica"));
    RedisServer node("cluster-enabled yes");
    RecordingRun run;
    CHECK_THAT(errorOf([&] {
                   RedisEngine(node.settings()).checkRestore({small().object, "server", true}, run);
               }).what(),
               Contains("node of a cluster"));
    MemoryObject newer = small();
    newer.object.metadata = R"({"server":"redis","serverVersion":"7.4.0","rdbVersion":12})";
    RedisServer target;
    CHECK_THAT(refusal(target, newer).what(), Contains("too old") && Contains("reads up to 10"));
    newer.object.metadata =
        R"({"server":"redis","serverVersion":"7.0.0","rdbVersion":10,"modules":["search"]})";
    CHECK_THAT(refusal(target, newer).what(), Contains("lacks the module search"));
}

TEST_CASE("RedisEngine: a file that says in its head what the metadata do not is refused before the data go",
          "[redis]") {
    MemoryObject newer = small();
    newer.bytes.replace(5, 4, "0099");
    RedisServer target;
    target.commands("SET mine 1\n");
    CHECK(errorOf([&] { restore(target.settings(), newer, true); }).kind() == ErrorKind::Unsupported);
    CHECK(target.command({"GET", "mine"}) == "1");
    CHECK(target.info("role:") == "role:master");
}

TEST_CASE("RedisEngine: forbidden commands are named, and nothing is changed", "[redis]") {
    RedisServer target("rename-command CONFIG \"\"");
    CHECK(refusal(target, small()).kind() == ErrorKind::Unsupported);
    RedisServer other;
    other.commands("ACL SETUSER limited on >pass ~* &* +@all -replicaof\n");
    const dbackup::sdk::Settings settings(R"({"host":"127.0.0.1","port":)" + other.port() +
                                          R"(,"username":"limited","password":"pass"})");
    RecordingRun run;
    const Error error = errorOf([&] {
        RedisEngine(settings).checkRestore({small().object, "server", true}, run);
    });
    CHECK(error.kind() == ErrorKind::Permission);
    CHECK_THAT(error.what(), Contains("REPLICAOF"));
}

TEST_CASE("RedisEngine: a damaged, cut or broken-off backup leaves everything as it was", "[redis]") {
    RedisServer source;
    fillWithSample(source);
    const MemoryObject whole = dump(source.settings());
    RedisServer target("masterauth of-its-own\nmasteruser someone");
    target.commands("SET mine 1\n");
    const std::string before = target.content();
    const auto requireAsBefore = [&] {
        CHECK(target.content() == before);
        CHECK(target.info("role:") == "role:master");
        CHECK_THAT(target.command({"CONFIG", "GET", "masterauth"}), Contains("of-its-own"));
        CHECK_THAT(target.command({"CONFIG", "GET", "masteruser"}), Contains("someone"));
    };
    std::string flipped = whole.bytes;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    for (const std::string& bytes : {flipped,
                                     whole.bytes.substr(0, whole.bytes.size() - 1),
                                     whole.bytes.substr(0, 5),
                                     std::string(),
                                     whole.bytes + "x"}) {
        CAPTURE(bytes.size());
        MemoryObject damaged = whole;
        damaged.bytes = bytes;
        CHECK(errorOf([&] { restore(target.settings(), damaged, true); }).kind() == ErrorKind::Integrity);
        requireAsBefore();
    }
    RecordingRun run;
    MemorySource stopped(whole.bytes);
    stopped.block_bytes = 1000;
    stopped.on_read = [&](std::size_t at) {
        if (at > whole.bytes.size() / 2) run.requestStop();
    };
    CHECK(errorOf([&] {
              RedisEngine(target.settings()).restore({whole.object, "server", true}, stopped, run);
          }).kind() == ErrorKind::Cancelled);
    requireAsBefore();
    restore(target.settings(), whole, true);
    CHECK(target.content() == source.content());
    CHECK_THAT(target.command({"CONFIG", "GET", "masterauth"}), Contains("of-its-own"));
}

TEST_CASE("RedisEngine: the data go to the server that was asked, and to nobody else", "[redis]") {
    // Another server that follows the port finds itself refused, as it does not know the password.
    RedisServer target;
    RedisServer stranger;
    const int port = std::stoi(target.port()) + 1;
    stranger.commands("REPLICAOF 127.0.0.1 " + std::to_string(port) + "\n");
    RecordingRun run;
    restore(target.settings(R"(,"restorePort":)" + std::to_string(port)), small());
    CHECK(target.command({"GET", "a"}) == "1");
    stranger.commands("REPLICAOF NO ONE\n");
    CHECK(stranger.info("db").empty());
}
