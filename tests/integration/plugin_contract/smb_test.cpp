#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/samba_server.h"

using namespace dbackup::test;

TEST_CASE("SMB keeps the contract of targets with Samba", "[contract][large][targets]") {
    const SambaServer server;
    const SmallDisk disk(server.folder() / "full");
    requireContract(SMB_PLUGIN,
                    "smb",
                    R"({"settings": )" + server.settingsText(R"(,"pathPrefix":"backups/db")") +
                        R"(, "objects": 100)" + fullPlace(disk, R"("pathPrefix": "full")") + "}");
}
