#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/ssh_server.h"

using namespace dbackup::test;

TEST_CASE("rsync keeps the contract of targets with OpenSSH", "[contract][large][targets]") {
    SshServer server("MaxStartups 100");
    const std::string pinned = R"(,"hostKeyFingerprint":")" + server.hostKeyFingerprint() + "\"";
    // Beside the home, which nothing may be left in.
    const SmallDisk disk(server.home().parent_path() / "full");
    const std::string full = fullPlace(disk, R"("pathPrefix": )" + jsonText(disk.path().string()));
    requireContract(RSYNC_PLUGIN,
                    "rsync",
                    R"({"settings": )" + server.settingsText(pinned) +
                        R"(, "wrongCredentials": {"authType": "password", "password": "not-this-one"})" +
                        R"(, "objects": 12, "longestWait": 120)" + full + other_host_key + "}");
}
