#include <catch2/catch.hpp>

#include "tests/faults/wire/wire_target.h"
#include "tests/support/ssh_server.h"

using namespace dbackup::test;

namespace {

WireTarget served(SshServer& server) {
    const std::string more = R"(,"connectTimeout":5,"answerTimeout":5,"hostKeyFingerprint":)" +
                             jsonText(server.hostKeyFingerprint());
    const auto settings = [text = server.settingsText(more), own = server.port()](std::uint16_t port) {
        const std::string before = "\"port\":" + std::to_string(own);
        std::string changed = text;
        return changed.replace(changed.find(before), before.size(), "\"port\":" + std::to_string(port));
    };
    return {.component = "sftp",
            .plugin_file = SFTP_PLUGIN,
            .port = static_cast<std::uint16_t>(server.port()),
            .settings = settings};
}

}  // namespace

TEST_CASE("Faults on the wire: SFTP, by OpenSSH", "[wire]") {
    SshServer server;
    runWireRounds(served(server));
}

TEST_CASE("Verification: SFTP, by OpenSSH", "[verification]") {
    SshServer server;
    requireVerifierFinds(served(server));
}
