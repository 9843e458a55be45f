#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/redis/redis_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::redis::RedisEngine;
using dbackup::sdk::ErrorKind;

TEST_CASE("RedisEngine: all that a server has survives the round trip", "[redis]") {
    RedisServer source;
    fillWithSample(source);
    const std::string before = source.content();
    CHECK_THAT(before, Contains("stream") && Contains("zset") && Contains("twice"));
    const MemoryObject whole = dump(source.settings());
    CHECK(whole.object.format == "rdb");
    CHECK(source.content() == before);

    RedisServer target;
    const auto log = restore(target.settings(), whole);
    CHECK(target.content() == before);
    CHECK(target.info("role:") == "role:master");
    CHECK(target.command({"CONFIG", "GET", "masterauth"}).find_first_not_of("masterauth\n \"") ==
          std::string::npos);
    // It is a master like any other now.
    target.commands("SET plain changed\n");
    CHECK(target.command({"GET", "plain"}) == "changed");
}

TEST_CASE("RedisEngine: with a snapshot by way of the server's disk, too", "[redis]") {
    RedisServer source("repl-diskless-sync no");
    fillWithSample(source);
    RedisServer target("repl-diskless-load swapdb");
    restore(target.settings(), dump(source.settings()));
    CHECK(target.content() == source.content());
}

TEST_CASE("RedisEngine: an empty server survives the round trip", "[redis]") {
    RedisServer source;
    RedisServer target;
    target.commands("SET left over\n");
    restore(target.settings(), dump(source.settings()), true);
    CHECK(target.content() == source.content());
}

TEST_CASE("RedisEngine: a file of redis-cli --rdb is restored", "[redis]") {
    RedisServer source;
    fillWithSample(source);
    MemoryObject whole = dump(source.settings());
    const std::string file = (source.folder() / "by-hand.rdb").string();
    source.command({"--rdb", file});
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    whole.bytes = text.str();
    RedisServer target;
    restore(target.settings(), whole);
    CHECK(target.content() == source.content());
}

TEST_CASE("RedisEngine: our file is one that a server starts with", "[redis]") {
    RedisServer source;
    fillWithSample(source);
    const MemoryObject whole = dump(source.settings());
    const TempDir folder;
    std::ofstream(folder / "dump.rdb", std::ios::binary) << whole.bytes;
    RedisServer target("dir " + folder.path().string());
    CHECK(target.content() == source.content());
}

TEST_CASE("RedisEngine: a dump beside writers is of one moment", "[redis]") {
    RedisServer source;
    for (int i = 0; i < 100; ++i)
        source.command({"SET", "account:" + std::to_string(i), "100"});
    std::atomic<bool> enough{false};
    std::jthread writer([&] {
        const char* transfers =
            "for i = 1, 500 do local a = 'account:' .. math.random(0, 99) local b = 'account:' .. "
            "math.random(0, 99) "
            "redis.call('DECRBY', a, 7) redis.call('INCRBY', b, 7) end return 1";
        while (!enough)
            source.command({"EVAL", transfers, "0"});
    });
    for (int round = 0; round < 5; ++round) {
        const MemoryObject whole = dump(source.settings());
        RedisServer target;
        restore(target.settings(), whole);
        const char* sum =
            "local s = 0 for _, k in ipairs(redis.call('KEYS', 'account:*')) do s = s + redis.call('GET', k) "
            "end return s";
        CHECK(target.command({"EVAL", sum, "0"}) == "10000");
    }
    enough = true;
}

TEST_CASE("RedisEngine: the manual's access rules are enough", "[redis]") {
    std::ostringstream text;
    text << std::ifstream(DBACKUP_SOURCE_DIR "/docs/engines/redis.md").rdbuf();
    const std::string page = text.str();
    const auto rule = [&](const std::string& heading) {
        const std::size_t section = page.find("# " + heading + "\n");
        REQUIRE(section != std::string::npos);
        const std::size_t start = page.find("ACL SETUSER", section);
        return page.substr(start, page.find('\n', start) - start) + "\n";
    };
    RedisServer source;
    fillWithSample(source);
    source.commands(rule("Rights for backups"));
    const std::string user = R"(,"username":"dbackup","password":"choose-one")";
    const auto limited = [&](const RedisServer& server) {
        return dbackup::sdk::Settings(R"({"host":"127.0.0.1","port":)" + server.port() + user + "}");
    };
    RecordingRun run;
    CHECK(RedisEngine(limited(source)).test(run).version == "7.0.15");
    const MemoryObject whole = dump(limited(source));
    const auto error = errorOf([&] { restore(limited(source), whole, true); });
    CHECK(error.kind() == ErrorKind::Permission);

    RedisServer target;
    target.commands(rule("Rights for restores"));
    restore(limited(target), whole);
    CHECK(target.content() == source.content());
}

TEST_CASE("RedisEngine: TLS with certificates of both sides", "[redis]") {
    const TempDir folder;
    RecordingRun run;
    const auto openssl = [&](std::vector<std::string> arguments) {
        dbackup::sdk::runTool(dbackup::sdk::Command("/usr/bin/openssl").args(std::move(arguments)),
                              run,
                              std::chrono::seconds(30));
    };
    const std::string key = (folder / "key.pem").string();
    const std::string certificate = (folder / "cert.pem").string();
    openssl({"req",
             "-x509",
             "-newkey",
             "rsa:2048",
             "-nodes",
             "-days",
             "2",
             "-subj",
             "/CN=localhost",
             "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout",
             key,
             "-out",
             certificate});
    RedisServer source("tls-port 1\ntls-cert-file " + certificate + "\ntls-key-file " + key +
                       "\ntls-ca-cert-file " + certificate + "\ntls-auth-clients optional");
    fillWithSample(source);
    const auto with = [&](const std::string& tls) { return source.settings("," + tls); };
    const std::string trust = R"("tlsMode":"verify-identity","tlsCa":")" + certificate + R"(","tlsCert":")" +
                              certificate + R"(","tlsKey":")" + key + "\"";
    const MemoryObject whole = dump(with(trust));
    CHECK(dump(with(R"("tls":true)")).finished);
    RedisServer target;
    restore(target.settings(), whole);
    CHECK(target.content() == source.content());
    const auto kindOf = [&](const std::string& tls) { return errorOf([&] { dump(with(tls)); }).kind(); };
    CHECK(kindOf(R"("tlsMode":"verify-ca","tlsCa":"/etc/ssl/certs/ca-certificates.crt")") ==
          ErrorKind::Authentication);
    CHECK(kindOf(R"("tlsMode":"verify-ca","tlsCa":"/nonexistent")") == ErrorKind::Settings);
    CHECK(kindOf(R"("tlsMode":"disabled")") == ErrorKind::Unavailable);
}
