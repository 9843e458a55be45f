#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/ssh_server.h"

using namespace dbackup::test;

TEST_CASE("SFTP keeps the contract of targets", "[contract]") {
    SshServer server;
    const std::string login = SshServer::takesPasswords() ? R"(,"authType":"password","password":"secret")"
                                                          : R"(,"authType":"privateKey","privateKey":)" +
                                                                jsonText(server.keyText("ed25519"));
    const std::string settings =
        server.settingsText(login + R"(,"hostKeyFingerprint":)" + jsonText(server.hostKeyFingerprint()));
    requireContract(SFTP_PLUGIN, "sftp", R"({"settings": )" + settings + R"(, "objects": 500})");
    CHECK(std::filesystem::is_empty(server.home()));
}
