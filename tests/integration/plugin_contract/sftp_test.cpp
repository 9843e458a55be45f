#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/ssh_server.h"

using namespace dbackup::test;

TEST_CASE("SFTP keeps the contract of targets", "[contract][large]") {
    SshServer server;
    const std::string login = SshServer::takesPasswords() ? R"(,"authType":"password","password":"secret")"
                                                          : R"(,"authType":"privateKey","privateKey":)" +
                                                                jsonText(server.keyText("ed25519"));
    const std::string settings =
        server.settingsText(login + R"(,"hostKeyFingerprint":)" + jsonText(server.hostKeyFingerprint()));
    // Beside the home, which nothing may be left in.
    const SmallDisk disk(server.home().parent_path() / "full");
    const std::string full = fullPlace(disk, R"("pathPrefix": )" + jsonText(disk.path().string()));
    requireContract(
        SFTP_PLUGIN,
        "sftp",
        R"({"settings": )" + settings + R"(, "objects": 500)" + full + other_host_key + clockSkew() + "}");
    CHECK(std::filesystem::is_empty(server.home()));
}
