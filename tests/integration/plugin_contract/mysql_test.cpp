#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/mariadb_server.h"

using namespace dbackup::test;

TEST_CASE("MariaDB's engine keeps the contract", "[contract]") {
    MariadbServer server;
    for (const auto& [name, rows] : {std::pair("shop", "40000"), std::pair("four shops", "160000")}) {
        server.sql("", "CREATE DATABASE `" + std::string(name) + "`");
        server.sql(name,
                   "CREATE TABLE items AS SELECT seq AS i, repeat(md5(seq), 6) AS text FROM seq_1_to_" +
                       std::string(rows));
    }
    server.sql("", "CREATE DATABASE nothing");
    const std::string settings = R"({"settings": {"host": "127.0.0.1", "port": )" + server.port() +
                                 R"(, "user": "admin", "password": "secret"}, "database": "shop", )";
    requireContract(MYSQL_PLUGIN, "mariadb", settings + R"(
        "emptyDatabase": "nothing", "largeDatabase": "four shops", "restoreGlobals": true,
        "tools": ["mariadb-dump", "mysqldump"], "restoreAs": ["a copy", "it's \"odd\" ü $HOME", "-dash"]})");
    requireSameContract(
        MYSQL_PLUGIN, "mysql", settings + R"("restoreAs": ["of the other name", "-dash 2"]})");
}
