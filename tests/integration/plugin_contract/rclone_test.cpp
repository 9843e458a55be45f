#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/rclone_server.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::test;

namespace {

std::string escaped(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;)
        text.replace(at, 1, "\\n");
    return text;
}

std::string checkFile(const std::string& remote, const std::string& config) {
    return R"({"settings": {"remote": ")" + remote + R"(", "config": ")" + escaped(config) +
           R"("}, "objects": 30})";
}

}  // namespace

TEST_CASE("rclone keeps the contract of targets with a WebDAV remote", "[contract][targets]") {
    const RcloneServer server;
    requireContract(RCLONE_PLUGIN, "rclone", checkFile("dav:backups/db", server.config()));
}

TEST_CASE("rclone keeps the contract of targets with a local folder", "[contract][targets]") {
    const TempDir folder;
    requireContract(
        RCLONE_PLUGIN,
        "rclone",
        checkFile("folder:", "[folder]\ntype = alias\nremote = " + folder.path().string() + "\n"));
}
