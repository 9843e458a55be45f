#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/loopback.h"
#include "tests/support/rclone_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup::test;

namespace {

std::string escaped(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;)
        text.replace(at, 1, "\\n");
    return text;
}

std::string checkFile(const std::string& remote, const std::string& config, const std::string& more = {}) {
    return R"({"settings": {"remote": ")" + remote + R"(", "config": ")" + escaped(config) +
           R"("}, "objects": 30)" + more + "}";
}

}  // namespace

TEST_CASE("rclone keeps the contract of targets with a WebDAV remote", "[contract][large][targets]") {
    const RcloneServer server;
    const std::string another = RcloneServer::configFor(server.port(), "not-this-one");
    requireContract(RCLONE_PLUGIN,
                    "rclone",
                    checkFile("dav:backups/db",
                              server.config(),
                              R"(, "wrongCredentials": {"config": ")" + escaped(another) + "\"}"));
}

TEST_CASE("rclone keeps the contract of targets with a local folder", "[contract][large][targets]") {
    const TempDir folder;
    const TempDir other;
    const SmallDisk disk(other / "full");
    requireContract(RCLONE_PLUGIN,
                    "rclone",
                    checkFile("folder:",
                              "[folder]\ntype = alias\nremote = " + folder.path().string() +
                                  "\n[full]\ntype = alias\nremote = " + disk.path().string() + "\n",
                              fullPlace(disk, R"("remote": "full:")")));
}

TEST_CASE("rclone refuses a server with another certificate, and tells of one that is full",
          "[contract][targets]") {
    WebDavServer::Options options;
    options.tls = true;
    const WebDavServer server(options);
    const SmallDisk disk(server.root() / "full");
    const TempDir folder;
    makeCertificate(folder / "other.key", folder / "other.pem", "IP:127.0.0.1");
    const auto caFile = [](const std::string& path) { return R"("caFile": ")" + path + "\""; };
    const std::string config = "[dav]\ntype = webdav\nvendor = other\nurl = " + server.url() +
                               "\nuser = dav\npass = " + obscured("secret") + "\n";
    const std::string file = R"({"settings": {"remote": "dav:", "config": ")" + escaped(config) + "\", " +
                             caFile(server.certificate()) + R"(}, "wrongIdentity": {)" +
                             caFile((folder / "other.pem").string()) + "}" +
                             fullPlace(disk, R"("remote": "dav:full")") + "}";
    requireCheck(RCLONE_PLUGIN, "rclone", file, stranger_is_refused);
    if (disk.mounted()) requireCheck(RCLONE_PLUGIN, "rclone", file, full_server);
}
