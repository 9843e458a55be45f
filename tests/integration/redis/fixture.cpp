#include "fixture.h"

#include <catch2/catch.hpp>

#include "plugins/engines/redis/redis_engine.h"

namespace dbackup::test {

using redis::RedisEngine;

void fillWithSample(RedisServer& server) {
    server.commands(R"redis(SET plain text
SET empty ""
SET "binary \x00\x01\xff\r\n key" "\x00\xff\r\n\x80"
SET "\xc3\xbcml\xc3\xa4ut \xe2\x82\xac" 42
SET expiring soon PX 86400000
RPUSH list a b "" c
SADD numbers 1 2 3
SADD words one two "three \x00"
HSET hash field value "" empty other "\xfe"
ZADD scores 1.5 low -inf lowest +inf highest
GEOADD places 13.361389 38.115556 Palermo
PFADD counted a b c d
XADD stream 1-1 temperature 20
XADD stream 2-1 temperature 21 note "\x00"
XGROUP CREATE stream readers 0
XREADGROUP GROUP readers one COUNT 1 STREAMS stream >
SELECT 9
SET other database
SELECT 15
SET last one
FUNCTION LOAD "#!lua name=shop\nredis.register_function('twice', function(keys, args) return 2 * args[1] end)"
)redis");
    server.command({"EVAL",
                    "for i = 1, 3000 do redis.call('RPUSH', 'long', string.rep(i, 20)) redis.call('HSET', "
                    "'wide', i, i * i) end",
                    "0"});
}

MemoryObject dump(const sdk::Settings& settings) {
    RecordingRun run;
    MemoryOutput output;
    RedisEngine(settings).dump({"database", "server", ""}, output, run);
    REQUIRE(output.objects.size() == 1);
    REQUIRE(output.only().finished);
    return output.only();
}

std::vector<RecordingRun::Entry> restore(const sdk::Settings& settings,
                                         const MemoryObject& dump,
                                         bool overwrite) {
    RecordingRun run;
    MemorySource source(dump.bytes);
    RedisEngine(settings).restore({dump.object, "server", overwrite}, source, run);
    return run.entries();
}

sdk::Error errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const sdk::Error& error) {
        return error;
    }
    FAIL("there was no error");
    throw std::logic_error("unreachable");
}

}  // namespace dbackup::test
