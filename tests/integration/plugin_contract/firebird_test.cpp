#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/firebird_server.h"

using namespace dbackup::test;

TEST_CASE("The engine of Firebird keeps the contract", "[contract]") {
    FirebirdServer server;
    const auto shop = [&server](const std::string& name, const std::string& rows) {
        server.create(server.path(name), "CREATE TABLE wares (id INTEGER PRIMARY KEY, name VARCHAR(200));");
        server.sql(server.path(name),
                   "SET TERM ^; EXECUTE BLOCK AS DECLARE i INTEGER = 0; BEGIN WHILE (i < " + rows +
                       ") DO BEGIN INSERT INTO wares VALUES (:i, RPAD('ware ' || :i, 190, "
                       "UUID_TO_CHAR(GEN_UUID()))); "
                       "i = i + 1; END END^ SET TERM ;^ COMMIT;");
        return server.path(name);
    };
    const std::string database = shop("shop.fdb", "40000");
    const std::string large = shop("four shops.fdb", "160000");
    server.create(server.path("nothing.fdb"));
    requireContract(
        FIREBIRD_PLUGIN,
        "firebird",
        R"({
        "settings": {"host": "127.0.0.1", "port": )" +
            server.port() + R"(, "user": "SYSDBA", "password": "secret", "database": ")" + database + R"("},
        "database": ")" +
            database + R"(", "emptyDatabase": ")" + server.path("nothing.fdb") + R"(", "largeDatabase": ")" +
            large + R"(", "tools": ["gbak"],
        "restoreAs": [")" +
            server.path("a copy.fdb") + R"(", ")" + server.path("it's \\\"odd\\\" ü $HOME.fdb") + R"(", ")" +
            server.path("-dash.fdb") + R"("], "restoreRefused": ["-dash.fdb", "--help"]})");
}
