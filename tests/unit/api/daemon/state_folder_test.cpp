#include "api/daemon/state_folder.h"

#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::daemon;
using Catch::Contains;
using dbackup::test::TempDir;

namespace {

unsigned modeOf(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("StateFolder: a folder that others could enter is closed to them", "[daemon]") {
    const TempDir folder;
    std::filesystem::create_directory(folder / "state");
    REQUIRE(chmod((folder / "state").c_str(), 0755) == 0);
    const StateFolder state(folder / "state");
    CHECK(modeOf(folder / "state") == 0700);
    CHECK(state.database().parent_path() == folder / "state");
}

TEST_CASE("StateFolder: is made with what lies above it", "[daemon]") {
    const TempDir folder;
    const StateFolder state(folder.path() / "a/b/state");
    CHECK(modeOf(state.root) == 0700);
}

TEST_CASE("StateFolder: a file in its place is named", "[daemon]") {
    const TempDir folder;
    std::ofstream(folder / "state") << "x";
    CHECK_THROWS_WITH(StateFolder(folder / "state" / "below"), Contains("state/below"));
}

TEST_CASE("InstanceLock: the second one says which process holds it", "[daemon]") {
    const TempDir folder;
    {
        const InstanceLock first(folder / "lock");
        CHECK_THROWS_WITH(InstanceLock(folder / "lock"), Contains("process " + std::to_string(getpid())));
    }
    CHECK_NOTHROW(InstanceLock(folder / "lock"));
    CHECK_THROWS_WITH(InstanceLock(folder / "none" / "lock"), Contains("none/lock"));
}

TEST_CASE("PortFile: is there as long as its object", "[daemon]") {
    const TempDir folder;
    {
        std::ofstream(folder / "port") << "left by a crash";
        const PortFile file(folder / "port");
        CHECK_FALSE(std::filesystem::exists(folder / "port"));
        file.write(8484);
        std::ifstream in(folder / "port");
        int port = 0;
        in >> port;
        CHECK(port == 8484);
    }
    CHECK_FALSE(std::filesystem::exists(folder / "port"));
    CHECK_THROWS_WITH(PortFile(folder / "none" / "port").write(1), Contains("none/port"));
}
