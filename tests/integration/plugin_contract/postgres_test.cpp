#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/postgres_server.h"

using namespace dbackup::test;

TEST_CASE("PostgreSQL's engine keeps the contract", "[contract]") {
    PostgresServer server;
    for (const auto& [name, rows] : {std::pair("shop", "40000"), std::pair("four shops", "160000")}) {
        server.sql("postgres", "CREATE DATABASE \"" + std::string(name) + "\"");
        server.sql(
            name,
            "CREATE TABLE items AS SELECT i, repeat(md5(i::text), 6) AS text FROM generate_series(1, " +
                std::string(rows) + ") i");
    }
    server.sql("postgres", "CREATE DATABASE nothing");
    const std::string settings =
        R"({"host": "127.0.0.1", "port": )" + server.port() + R"(, "user": "postgres", "password": "secret")";
    const std::string rest =
        R"("database": "shop", "emptyDatabase": "nothing", "largeDatabase": "four shops", "restoreGlobals": true, "tools": ["pg_dump"],
        "restoreAs": ["a copy", "it's \"odd\" ü $HOME", "-dash"]})";
    requireContract(POSTGRES_PLUGIN, "postgres", R"({"settings": )" + settings + "}, " + rest);
    // By several connections: what dumps and restores are made of.
    const std::string parallel = R"({"settings": )" + settings + R"(, "parallel": 3}, )" + rest;
    for (const char* copy : {"a copy", "it's \"\"odd\"\" ü $HOME", "-dash"}) {
        server.sql("postgres", "DROP DATABASE \"" + std::string(copy) + "\"");
    }
    for (const char* part : {"dump:", "restore:"}) {
        const Verdict verdict = checkPlugin(POSTGRES_PLUGIN, "postgres", parallel, part);
        INFO(verdict.output);
        CHECK(verdict.status == 0);
    }
}
