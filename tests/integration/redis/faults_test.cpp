#include <chrono>
#include <functional>
#include <thread>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/redis/redis_engine.h"

using namespace dbackup::test;
using dbackup::redis::RedisEngine;
using dbackup::sdk::ErrorKind;

namespace {

/// Plays a server that sends a snapshot as it is told to, and closes.
class FakeMaster {
public:
    explicit FakeMaster(std::string snapshot)
        : snapshot_(std::move(snapshot)),
          socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
          thread_([this] { serve(); }) {}

    dbackup::sdk::Settings settings() const {
        return dbackup::sdk::Settings(R"({"host":"127.0.0.1","port":)" +
                                      std::to_string(socket_.address().port()) + R"(,"password":"secret"})");
    }

private:
    void serve() {
        Poco::Net::StreamSocket client = socket_.acceptConnection();
        std::string said;
        std::vector<char> buffer(4096);
        for (std::size_t at = 0;;) {
            const int count = client.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
            if (count <= 0) return;
            said.append(buffer.data(), static_cast<std::size_t>(count));
            for (std::size_t next = 0; (next = said.find('*', at)) != std::string::npos; at = next + 1) {
                const std::string command = said.substr(next, 40);
                std::string answer = "+OK\r\n";
                if (command.find("PING") != std::string::npos) answer = "+PONG\r\n";
                if (command.find("INFO") != std::string::npos) answer = "$20\r\nredis_version:7.0.15\r\n";
                if (command.find("SYNC") != std::string::npos) answer = "\n\n" + snapshot_;
                for (int sent = 0; sent < static_cast<int>(answer.size());)
                    sent += client.sendBytes(answer.data() + sent, static_cast<int>(answer.size()) - sent);
                if (command.find("SYNC") != std::string::npos) return;
            }
        }
    }

    std::string snapshot_;
    Poco::Net::ServerSocket socket_;
    std::jthread thread_;
};

std::string sized(const std::string& bytes) {
    return "$" + std::to_string(bytes.size()) + "\r\n" + bytes;
}

/// @return nothing when the dump was taken for good
std::optional<dbackup::sdk::Error> dumpOf(const std::string& snapshot) {
    const FakeMaster master(snapshot);
    RecordingRun run;
    MemoryOutput output;
    try {
        RedisEngine(master.settings()).dump({"database", "server", ""}, output, run);
        CHECK(output.only().finished);
        return std::nullopt;
    } catch (const dbackup::sdk::Error& error) {
        CHECK_FALSE(output.anyFinished());
        return error;
    }
}

}  // namespace

TEST_CASE("RedisEngine: a snapshot that is cut, damaged or none never makes a backup", "[redis]") {
    RedisServer source;
    fillWithSample(source);
    const std::string whole = dump(source.settings()).bytes;
    const std::string mark(40, 'm');
    const std::string marked = "$EOF:" + mark + "\r\n";
    REQUIRE_FALSE(dumpOf(sized(whole)));
    REQUIRE_FALSE(dumpOf(marked + whole + mark));
    for (std::size_t at = 0; at < whole.size(); at += whole.size() / 37 + 1) {
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        const auto flipped = dumpOf(sized(damaged));
        REQUIRE(flipped);
        CHECK(flipped->kind() == ErrorKind::Integrity);
        const auto cut = dumpOf(sized(whole).substr(0, sized(whole).size() - whole.size() + at));
        REQUIRE(cut);
        CHECK(cut->kind() == ErrorKind::Unavailable);
        const auto short_file = dumpOf(marked + whole.substr(0, at) + mark);
        REQUIRE(short_file);
        CHECK(short_file->kind() == ErrorKind::Integrity);
        const auto no_mark = dumpOf(marked + whole.substr(0, at));
        REQUIRE(no_mark);
        CHECK(no_mark->kind() == ErrorKind::Unavailable);
    }
    for (const char* nonsense :
         {"$0\r\n", "$-1\r\n", "-ERR no\r\n", "+OK\r\n", "$12x\r\n", "$EOF:short\r\n", "hello\r\n", ""}) {
        CAPTURE(nonsense);
        CHECK(dumpOf(nonsense));
    }
}

TEST_CASE("RedisEngine: a snapshot without a checksum is taken, with a warning", "[redis]") {
    RedisServer source("rdbchecksum no");
    source.commands("SET a 1\n");
    RecordingRun run;
    MemoryOutput output;
    RedisEngine(source.settings()).dump({"database", "server", ""}, output, run);
    CHECK(output.only().finished);
    const auto log = run.entries();
    CHECK(std::any_of(log.begin(), log.end(), [](const auto& entry) {
        return entry.level == dbackup::sdk::LogLevel::Warning &&
               entry.message.find("rdbchecksum") != std::string::npos;
    }));
}

TEST_CASE("RedisEngine: a server that is killed in the middle is told", "[redis]") {
    RedisServer source;
    source.command({"EVAL", "for i = 1, 300000 do redis.call('SET', i, string.rep(i, 30)) end", "0"});
    RecordingRun run;
    MemoryOutput output;
    bool killed = false;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > 0 && !killed) {
            killed = true;
            source.kill();
        }
    };
    const auto error = errorOf([&] {
        RedisEngine(source.settings()).dump({"database", "server", ""}, output, run);
    });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_FALSE(output.anyFinished());
}

TEST_CASE("RedisEngine: a server that cannot come for its data is told, and set back", "[redis]") {
    RedisServer source;
    source.commands("SET a 1\n");
    const MemoryObject whole = dump(source.settings());
    RedisServer target;
    RecordingRun run;
    MemorySource bytes(whole.bytes);
    const std::jthread stopper([&] {
        while (target.info("role:") != "role:slave")
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        run.requestStop();
    });
    // 192.0.2.1 is of no machine (RFC 5737).
    const auto error = errorOf([&] {
        RedisEngine(target.settings(R"(,"restoreHost":"192.0.2.1")"))
            .restore({whole.object, "server"}, bytes, run);
    });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK(target.info("role:") == "role:master");
}
