#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::mysql::MysqlEngine;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

/// Two authorities; the first has signed a certificate for 127.0.0.1, one for another name, and a client's.
class Certificates {
public:
    Certificates() {
        fs::permissions(folder_.path(), fs::perms(0711));
        for (const char* ca : {"good", "bad"}) {
            openssl({"req",
                     "-x509",
                     "-newkey",
                     "rsa:2048",
                     "-nodes",
                     "-days",
                     "2",
                     "-subj",
                     std::string("/CN=") + ca,
                     "-keyout",
                     file(std::string(ca) + ".key"),
                     "-out",
                     file(std::string(ca) + ".pem")});
        }
        sign("here", "subjectAltName=IP:127.0.0.1");
        sign("elsewhere", "subjectAltName=DNS:elsewhere.example");
        sign("client", "subjectAltName=DNS:client.example");
        for (const auto& entry : fs::directory_iterator(folder_.path())) {
            fs::permissions(entry.path(), fs::perms(0644));  // the server's user reads them
        }
    }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }
    std::string serverOptions(const std::string& name) const {
        return "--ssl-ca=" + file("good.pem") + " --ssl-cert=" + file(name + ".pem") +
               " --ssl-key=" + file(name + ".key");
    }

private:
    void openssl(const std::vector<std::string>& arguments) {
        sdk_.tool_path = "/usr/bin";
        dbackup::sdk::runTool(
            dbackup::sdk::Command("/usr/bin/openssl").args(arguments), sdk_, std::chrono::seconds(60));
    }
    void sign(const std::string& name, const std::string& extension) {
        openssl({"req",
                 "-newkey",
                 "rsa:2048",
                 "-nodes",
                 "-subj",
                 "/CN=" + name,
                 "-addext",
                 extension,
                 "-keyout",
                 file(name + ".key"),
                 "-out",
                 file(name + ".csr")});
        openssl({"x509",
                 "-req",
                 "-in",
                 file(name + ".csr"),
                 "-CA",
                 file("good.pem"),
                 "-CAkey",
                 file("good.key"),
                 "-CAcreateserial",
                 "-copy_extensions",
                 "copy",
                 "-days",
                 "2",
                 "-out",
                 file(name + ".pem")});
    }

    TempDir folder_;
    RecordingRun sdk_;
};

const Certificates& certificates() {
    static const Certificates made;
    return made;
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
        MariadbServer server(certificates().serverOptions("here"));
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
        MariadbServer server(certificates().serverOptions("elsewhere"));
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
