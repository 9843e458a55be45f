#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/StreamCopier.h>
#include <catch2/catch.hpp>

#include "api/daemon/certificate.h"
#include "tests/integration/daemon/daemon_process.h"
#include "tests/integration/daemon/raw_client.h"

using namespace dbackup::test;
using Catch::Contains;

namespace {

Poco::Net::Context::Ptr trusting(const std::filesystem::path& certificate) {
    return new Poco::Net::Context(
        Poco::Net::Context::TLS_CLIENT_USE, certificate.string(), Poco::Net::Context::VERIFY_STRICT);
}

/// The status of GET /api/health, the certificate and the name in it being checked.
int healthOver(Poco::Net::HTTPSClientSession& session, Poco::Net::HTTPResponse& response) {
    Poco::Net::HTTPRequest request("GET", "/api/health", "HTTP/1.1");
    session.sendRequest(request);
    std::string body;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
    return static_cast<int>(response.getStatus());
}

}  // namespace

TEST_CASE("dbackupd: speaks TLS with a certificate of its own making", "[daemon]") {
    const TempDir folder;
    Service service(folder / "state", {"-Dapi.address=0.0.0.0"});
    REQUIRE(service.ready());
    CHECK(eventually(
        [&] { return service.process().err().find("listening on https://") != std::string::npos; }));
    Poco::Net::HTTPSClientSession session(
        "localhost", service.port(), trusting(folder.path() / "state/tls/certificate.pem"));
    session.setKeepAlive(true);
    for (int i = 0; i < 3; ++i) {
        Poco::Net::HTTPResponse response;
        CHECK(healthOver(session, response) == 200);
        CHECK(response.get("Strict-Transport-Security", "") != "");
    }
    CHECK(service.stop() == 0);
}

TEST_CASE("dbackupd: speaks TLS with a given certificate", "[daemon]") {
    const TempDir folder;
    const auto own = dbackup::daemon::generatedCertificate(folder / "own");
    Service service(folder / "state",
                    {"-Dapi.tls.mode=on",
                     "-Dapi.tls.certificate=" + own.certificate.string(),
                     "-Dapi.tls.key=" + own.key.string()});
    REQUIRE(service.ready());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "state/tls"));
    Poco::Net::HTTPSClientSession session("localhost", service.port(), trusting(own.certificate));
    Poco::Net::HTTPResponse response;
    CHECK(healthOver(session, response) == 200);

    const auto other = dbackup::daemon::generatedCertificate(folder / "other");
    Poco::Net::HTTPSClientSession distrustful("localhost", service.port(), trusting(other.certificate));
    CHECK_THROWS_AS(healthOver(distrustful, response), Poco::Net::SSLException);
}

TEST_CASE("dbackupd: a key that does not fit its certificate is found before the start", "[daemon]") {
    const TempDir folder;
    const auto one = dbackup::daemon::generatedCertificate(folder / "one");
    const auto two = dbackup::daemon::generatedCertificate(folder / "two");
    const Run run = runDaemon({"check-config",
                               "-Dapi.tls.mode=on",
                               "-Dapi.tls.certificate=" + one.certificate.string(),
                               "-Dapi.tls.key=" + two.key.string()});
    CHECK(run.status == 78);
    CHECK_THAT(run.err, Contains("is not the key of"));
}

TEST_CASE("dbackupd: requests sent in one TLS record are all answered", "[daemon]") {
    const TempDir folder;
    Service service(folder / "state", {"-Dapi.tls.mode=on"});
    REQUIRE(service.ready());
    Poco::Net::SecureStreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", service.port()),
                                         "localhost",
                                         trusting(folder.path() / "state/tls/certificate.pem"));
    const std::string request =
        "GET /api/health HTTP/1.1\r\nHost: x\r\nX-Padding: " + std::string(500, 'x') + "\r\n\r\n";
    std::string all;
    for (int i = 0; i < 30; ++i)
        all += request;
    REQUIRE(socket.sendBytes(all.data(), static_cast<int>(all.size())) == static_cast<int>(all.size()));
    socket.setReceiveTimeout(Poco::Timespan(10, 0));
    std::string answers;
    const auto count = [&] {
        int found = 0;
        for (std::size_t at = 0; (at = answers.find("HTTP/1.1 200", at)) != std::string::npos; ++at)
            ++found;
        return found;
    };
    char bytes[4096];
    while (count() < 30) {
        const int got = socket.receiveBytes(bytes, sizeof bytes);
        REQUIRE(got > 0);
        answers.append(bytes, static_cast<std::size_t>(got));
    }
    CHECK(count() == 30);
}

TEST_CASE("dbackupd: plain HTTP to the TLS port neither hangs nor harms", "[daemon]") {
    const TempDir folder;
    Service service(folder / "state", {"-Dapi.tls.mode=on"});
    REQUIRE(service.ready());
    RawClient plain(service.port());
    CHECK(plain.get("/api/health").status == 0);
    Poco::Net::HTTPSClientSession session(
        "localhost", service.port(), trusting(folder.path() / "state/tls/certificate.pem"));
    Poco::Net::HTTPResponse response;
    CHECK(healthOver(session, response) == 200);
    CHECK(service.stop() == 0);
}
