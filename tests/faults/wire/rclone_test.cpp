#include <catch2/catch.hpp>

#include "core/base/json.h"
#include "tests/faults/wire/wire_target.h"
#include "tests/support/rclone_server.h"

using namespace dbackup::test;

namespace {

WireTarget served(const RcloneServer& server) {
    const auto settings = [](std::uint16_t port) {
        dbackup::JsonObject::Ptr json = dbackup::newObject();
        json->set("remote", "dav:backups");
        json->set("config", RcloneServer::configFor(port, "secret-word"));
        json->set("connectTimeout", 2);
        json->set("timeout", 2);
        return dbackup::toText(json);
    };
    return {.component = "rclone",
            .plugin_file = RCLONE_PLUGIN,
            .port = static_cast<std::uint16_t>(server.port()),
            .settings = settings,
            .speaks_http = true};
}

}  // namespace

TEST_CASE("Faults on the wire: rclone, with a WebDAV remote", "[wire]") {
    const RcloneServer server;
    runWireRounds(served(server));
}

TEST_CASE("Verification: rclone, with a WebDAV remote", "[verification]") {
    const RcloneServer server;
    requireVerifierFinds(served(server), {dbackup::VerifyMode::Checksum});
}
