// Faults on the wire between a worker and its destination: whatever happens, either the backup is whole, or
// its destination was reported failed and no backup is visible there.
#include <catch2/catch.hpp>

#include "tests/faults/wire/wire_target.h"
#include "tests/support/object_server.h"

using namespace dbackup::test;

namespace {

WireTarget served(const ObjectServer& server) {
    const auto settings = [](std::uint16_t port) {
        return R"({"url": "http://127.0.0.1:)" + std::to_string(port) +
               R"(", "password": "secret", "connectTimeout": 2, "stallTimeout": 2})";
    };
    return {.component = "http-objects",
            .plugin_file = OBJECTS_PLUGIN,
            .port = portAtEnd(server.url()),
            .settings = settings,
            .speaks_http = true};
}

}  // namespace

TEST_CASE("Faults on the wire: the tests' own object server", "[wire]") {
    const ObjectServer server;
    runWireRounds(served(server));
}

TEST_CASE("Verification: the tests' own object server", "[verification]") {
    const ObjectServer server;
    requireVerifierFinds(served(server));
}
