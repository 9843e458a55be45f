#include <catch2/catch.hpp>

#include "tests/faults/wire/wire_target.h"
#include "tests/support/samba_server.h"

using namespace dbackup::test;

namespace {

WireTarget served(const SambaServer& server) {
    const auto settings = [](std::uint16_t port) {
        return R"({"address": "//127.0.0.1/bk", "port": )" + std::to_string(port) + R"(, "username": ")" +
               SambaServer::user() + R"(", "password": ")" + SambaServer::password() +
               R"(", "connectTimeout": 2})";
    };
    return {.component = "smb",
            .plugin_file = SMB_PLUGIN,
            .port = static_cast<std::uint16_t>(server.port()),
            .settings = settings};
}

}  // namespace

TEST_CASE("Faults on the wire: SMB, by Samba", "[wire]") {
    const SambaServer server;
    runWireRounds(served(server));
}

TEST_CASE("Verification: SMB, by Samba", "[verification]") {
    const SambaServer server;
    requireVerifierFinds(served(server));
}
