#include <catch2/catch.hpp>

#include "tests/faults/wire/wire_target.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup::test;

namespace {

WireTarget served(const WebDavServer& server) {
    const auto settings = [](std::uint16_t port) {
        return R"({"url": "http://127.0.0.1:)" + std::to_string(port) +
               R"(/", "username": "dav", "password": "secret", "connectTimeout": 2, "stallTimeout": 2})";
    };
    return {.component = "webdav",
            .plugin_file = WEBDAV_PLUGIN,
            .port = portAtEnd(server.port()),
            .settings = settings,
            .speaks_http = true};
}

}  // namespace

TEST_CASE("Faults on the wire: WebDAV, by Apache", "[wire]") {
    const WebDavServer server;
    runWireRounds(served(server));
}

TEST_CASE("Verification: WebDAV, by Apache", "[verification]") {
    const WebDavServer server;
    requireVerifierFinds(served(server));
}
