#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/redis_server.h"

using namespace dbackup::test;

TEST_CASE("The engine of Redis keeps the contract", "[contract]") {
    RedisServer source;
    RedisServer target;
    source.command({"EVAL", "for i = 1, 50000 do redis.call('SET', i, string.rep(i, 30)) end", "0"});
    requireContract(REDIS_PLUGIN,
                    "redis",
                    R"({
        "settings": {"host": "127.0.0.1", "port": )" +
                        source.port() + R"(, "password": "secret"},
        "restoreSettings": {"port": )" +
                        target.port() + R"(}, "restoreAs": ["server"]})");
}
