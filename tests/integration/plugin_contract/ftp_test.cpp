#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/ftp_server.h"

using namespace dbackup::test;

TEST_CASE("The target FTP keeps the contract", "[contract]") {
    const FtpServer server;
    requireContract(FTP_PLUGIN,
                    "ftp",
                    R"({"settings": {"host": "127.0.0.1", "port": )" + server.port() +
                        R"(, "username": "me", "password": "secret", "stallTimeout": 5, "connectTimeout": 5},
                        "objects": 40, "protocol": "ftp"})");
}
