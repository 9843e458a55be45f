#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"
#include "tests/support/verified_damage.h"

using namespace dbackup::test;

// The targets with servers have theirs beside the faults on their wires, tests/faults/wire.
TEST_CASE("Verification: on a real target what is whole passes and every damage is found", "[targets]") {
    const TempDir dir;
    requireVerifierFinds(
        LOCAL_PLUGIN, "local-filesystem", R"({"basePath":")" + (dir / "base").string() + R"("})");
    requireVerifierFinds(FOLDER_PLUGIN, "plain-folder", R"({"folder":")" + dir.path().string() + R"("})");
}
