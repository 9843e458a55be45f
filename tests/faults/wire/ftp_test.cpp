#include <catch2/catch.hpp>

#include "tests/faults/wire/wire_target.h"
#include "tests/support/ftp_server.h"

using namespace dbackup::test;

namespace {

WireTarget served(const FtpServer& server) {
    const auto settings = [](std::uint16_t port) {
        return R"({"host": "127.0.0.1", "port": )" + std::to_string(port) +
               R"(, "username": "me", "password": "secret", "connectTimeout": 2, "stallTimeout": 2})";
    };
    return {.component = "ftp",
            .plugin_file = FTP_PLUGIN,
            .port = portAtEnd(server.port()),
            .settings = settings,
            .protocol = dbackup::contract::FaultProxy::Protocol::Ftp};
}

}  // namespace

TEST_CASE("Faults on the wire: FTP, by vsftpd", "[wire]") {
    const FtpServer server;
    runWireRounds(served(server));
}

TEST_CASE("Verification: FTP, by vsftpd", "[verification]") {
    const FtpServer server;
    requireVerifierFinds(served(server));
}
