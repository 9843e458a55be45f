#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/loopback.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup::test;

namespace {

std::string checkFile(const WebDavServer& server, const std::string& settings, const std::string& members) {
    return R"({"settings": {"url": ")" + server.url() +
           R"(/", "username": "dav", "password": "secret", "pathPrefix": "back ups", "stallTimeout": 5)" +
           settings + R"(}, "objects": 300)" + members + "}";
}

}  // namespace

TEST_CASE("The target WebDAV keeps the contract", "[contract][large]") {
    const WebDavServer server;
    const SmallDisk disk(server.root() / "full");
    requireContract(WEBDAV_PLUGIN,
                    "webdav",
                    checkFile(server, "", fullPlace(disk, R"("pathPrefix": "full")") + clockSkew()));
}

TEST_CASE("The target WebDAV refuses a server with another certificate, unless told otherwise",
          "[contract]") {
    WebDavServer::Options options;
    options.tls = true;
    const WebDavServer server(options);
    const TempDir folder;
    makeCertificate(folder / "other.key", folder / "other.pem", "IP:127.0.0.1");
    const std::string settings = R"(, "tlsCa": ")" + server.certificate() + "\"";
    for (const std::string& stranger : {R"("tlsCa": ")" + (folder / "other.pem").string() + "\"",
                                        R"("url": "https://localhost:)" + server.port() + R"(/")"}) {
        const std::string file = checkFile(server,
                                           settings,
                                           R"(, "wrongIdentity": {)" + stranger +
                                               R"(}, "wrongIdentityAccepted": {"verifyCertificate": false})");
        requireCheck(WEBDAV_PLUGIN, "webdav", file, stranger_is_refused);
        requireCheck(WEBDAV_PLUGIN, "webdav", file, stranger_is_told);
    }
    constexpr int three_days = 3 * 24 * 3600;  // the certificate's are two
    for (const int seconds : {-three_days, three_days})
        requireCheck(WEBDAV_PLUGIN, "webdav", checkFile(server, settings, clockSkew(seconds)), clock_is_off);
}
