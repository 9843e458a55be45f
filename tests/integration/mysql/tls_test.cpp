#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"
#include "tests/support/certificates.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::mysql::MysqlEngine;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

std::string serverOptions(const std::string& name) {
    return "--ssl-ca=" + certificates().file("good.pem") +
           " --ssl-cert=" + certificates().file(name + ".pem") +
           " --ssl-key=" + certificates().file(name + ".key");
}

std::string with(const std::string& mode, const std::string& ca = {}) {
    return R"("tlsMode":")" + mode + "\"" +
           (ca.empty() ? "" : R"(,"tlsCa":")" + certificates().file(ca) + "\"");
}

/// Connects, dumps and restores. @return what failed, or nothing
std::string tried(const MariadbServer& server, const std::string& more, const std::string& user = "admin") {
    const auto settings = server.settings(user, "secret", more);
    try {
        RecordingRun run;
        MemoryOutput output;
        dumpWith(settings, "shop", output, run);
        MemorySource bytes(output.only().bytes);
        MysqlEngine(settings).restore({output.only().object, "shop", true}, bytes, run);
        return {};
    } catch (const dbackup::sdk::Error& error) {
        CHECK(error.kind() == ErrorKind::Unavailable);
        return error.text();
    }
}

}  // namespace

TEST_CASE("MysqlEngine: each mode of TLS asks for what it says", "[mysql]") {
    {
        MariadbServer server(serverOptions("here"));
        server.sql(
            "",
            "CREATE DATABASE shop; CREATE TABLE shop.a (i INT); CREATE USER safe@'%' IDENTIFIED BY 'secret' "
            "REQUIRE X509; GRANT ALL ON *.* TO safe@'%'");
        CHECK(tried(server, with("disabled")).empty());
        CHECK(tried(server, with("preferred")).empty());
        CHECK(tried(server, with("required")).empty());
        CHECK(tried(server, with("verify-ca", "good.pem")).empty());
        CHECK(tried(server, with("verify-identity", "good.pem")).empty());
        CHECK_THAT(tried(server, with("verify-ca", "bad.pem")), Contains("certificate"));
        CHECK_THAT(tried(server, with("verify-identity", "bad.pem")), Contains("certificate"));
        CHECK_THAT(tried(server, with("verify-identity")), Contains("certificate"));
        const std::string certificate = R"(,"tlsCert":")" + certificates().file("client.pem") +
                                        R"(","tlsKey":")" + certificates().file("client.key") + "\"";
        CHECK(tried(server, with("verify-identity", "good.pem") + certificate, "safe").empty());
        RecordingRun run;
        CHECK(errorOf([&] {
                  MysqlEngine(server.settings("safe", "secret", with("required"))).test(run);
              }).kind() == ErrorKind::Authentication);
    }
    {
        MariadbServer server(serverOptions("elsewhere"));
        server.sql("", "CREATE DATABASE shop; CREATE TABLE shop.a (i INT)");
        CHECK(tried(server, with("verify-ca", "good.pem")).empty());
        CHECK_FALSE(tried(server, with("verify-identity", "good.pem")).empty());
    }
    // A server without TLS.
    const Database shop(source(), "shop", "CREATE TABLE a (i INT)");
    CHECK(tried(source(), with("preferred")).empty());
    CHECK_THAT(tried(source(), with("required")), Contains("TLS"));
    CHECK_THAT(tried(source(), with("verify-ca", "good.pem")), Contains("TLS"));
    CHECK_THAT(tried(source(), with("verify-identity", "good.pem")), Contains("TLS"));
}
