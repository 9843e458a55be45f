#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup::test;

TEST_CASE("The target WebDAV keeps the contract", "[contract]") {
    const WebDavServer server;
    requireContract(
        WEBDAV_PLUGIN,
        "webdav",
        R"({"settings": {"url": ")" + server.url() +
            R"(/", "username": "dav", "password": "secret", "pathPrefix": "back ups", "stallTimeout": 5},
                        "objects": 300})");
}
