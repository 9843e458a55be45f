#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/redis_server.h"

using namespace dbackup::test;

namespace {

void fill(RedisServer& server, const std::string& keys) {
    server.command({"EVAL",
                    "for i = 1, " + keys + " do redis.call('SET', i, string.rep(redis.sha1hex(i), 10)) end",
                    "0"});
}

}  // namespace

TEST_CASE("The engine of Redis keeps the contract", "[contract]") {
    RedisServer source;
    RedisServer large;
    RedisServer empty;
    RedisServer target;
    fill(source, "30000");
    fill(large, "120000");
    const std::string settings =
        R"({"settings": {"host": "127.0.0.1", "port": )" + source.port() +
        R"(, "password": "secret"}, "restoreAs": ["server"], "restoreSettings": {"port": )";
    requireContract(REDIS_PLUGIN,
                    "redis",
                    settings + target.port() + R"(}, "emptyDatabase": "server", "emptySettings": {"port": )" +
                        empty.port() + R"(}, "largeDatabase": "server", "largeSettings": {"port": )" +
                        large.port() + R"(}, "restoreRefused": ["another", "-dash", "--help"]})");
    requireSameContract(REDIS_PLUGIN, "valkey", settings + empty.port() + "}}");
}
