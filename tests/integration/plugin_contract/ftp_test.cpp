#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/ftp_server.h"
#include "tests/support/loopback.h"

using namespace dbackup::test;

namespace {

std::string checkFile(const FtpServer& server, const std::string& settings, const std::string& members) {
    return R"({"settings": {"host": "127.0.0.1", "port": )" + server.port() +
           R"(, "username": "me", "password": "secret", "stallTimeout": 5, "connectTimeout": 5)" + settings +
           R"(}, "objects": 40, "protocol": "ftp")" + members + "}";
}

}  // namespace

TEST_CASE("The target FTP keeps the contract", "[contract][large]") {
    const FtpServer server;
    const SmallDisk disk(server.root() / "full");
    requireContract(
        FTP_PLUGIN, "ftp", checkFile(server, "", fullPlace(disk, R"("pathPrefix": "full")") + clockSkew()));
}

TEST_CASE("The target FTP refuses a server with another certificate, unless told otherwise", "[contract]") {
    const auto [tls, mode] = GENERATE(table<FtpServer::Tls, std::string>(
        {{FtpServer::Tls::Explicit, "explicit"}, {FtpServer::Tls::Implicit, "implicit"}}));
    const FtpServer server(tls);
    const TempDir folder;
    makeCertificate(folder / "other.key", folder / "other.pem", "IP:127.0.0.1");
    const std::string settings =
        R"(, "tlsMode": ")" + mode + R"(", "tlsCa": ")" + server.certificate() + "\"";
    for (const std::string& stranger :
         {R"("tlsCa": ")" + (folder / "other.pem").string() + "\"", std::string(R"("host": "localhost")")}) {
        const std::string file = checkFile(server,
                                           settings,
                                           R"(, "wrongIdentity": {)" + stranger +
                                               R"(}, "wrongIdentityAccepted": {"verifyCertificate": false})");
        requireCheck(FTP_PLUGIN, "ftp", file, stranger_is_refused);
        requireCheck(FTP_PLUGIN, "ftp", file, stranger_is_told);
    }
}
