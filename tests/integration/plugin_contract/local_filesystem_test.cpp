#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::test;

TEST_CASE("The local folder keeps the contract of targets", "[contract][large]") {
    const TempDir folder;
    const TempDir other;
    const SmallDisk disk(other / "full");
    requireContract(LOCAL_FILESYSTEM_PLUGIN,
                    "local-filesystem",
                    R"({"settings": {"basePath": ")" + folder.path().string() + R"("}, "objects": 5000)" +
                        fullPlace(disk, R"("basePath": ")" + disk.path().string() + "\"") + "}");
    CHECK(std::filesystem::is_empty(folder.path()));
}
