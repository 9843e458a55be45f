#include <catch2/catch.hpp>

#include "tests/integration/daemon/daemon_process.h"
#include "tests/integration/daemon/raw_client.h"

using namespace dbackup::test;
using Catch::Contains;

TEST_CASE("installed tree: works under any prefix, also after it was moved", "[daemon]") {
    const TempDir folder;
    Program install("/usr/bin/env",
                    {"cmake", "--install", DBACKUP_BINARY_DIR, "--prefix", (folder / "first").string()});
    const int status = install.wait();
    INFO(install.err());
    REQUIRE(status == 0);
    std::filesystem::rename(folder / "first", folder / "moved");
    const auto prefix = folder / "moved";
    CHECK(std::filesystem::exists(prefix / "etc/dbackup/dbackupd.properties"));

    Program check(prefix / "sbin/dbackupd", {"check-config"});
    CHECK(check.wait() == 0);
    CHECK(check.err().empty());

    Program key(
        prefix / "sbin/dbackupd",
        {"keys", "create", "--name=a", "--permissions=all", "-Dstate.dir=" + (folder / "state").string()});
    REQUIRE(key.wait() == 0);
    std::string raw = key.out();
    raw.pop_back();
    Service service(folder / "state", {}, prefix / "sbin/dbackupd");
    REQUIRE(service.ready());
    RawClient client(service.port());
    const auto plugins = client.get("/api/plugins", "Authorization: Bearer " + raw + "\r\n");
    CHECK(plugins.status == 200);
    CHECK_THAT(plugins.body, Contains("local-filesystem") && Contains(prefix.string()));
    CHECK_THAT(plugins.body, !Contains("\"refused\""));
    // Nothing is taken from the tree in which it was built.
    const std::string maps = readFile("/proc/" + std::to_string(service.process().pid()) + "/maps");
    CHECK_THAT(maps, !Contains(DBACKUP_BINARY_DIR));
    CHECK(service.stop() == 0);
}
