#include <catch2/catch.hpp>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"
#include "tests/support/certificates.h"
#include "tests/support/loopback.h"

using namespace dbackup::test;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

/// A server with a certificate of its own, where the account "safe" must show one.
class TlsServer {
public:
    explicit TlsServer(const std::string& certificate) {
        // A key that others may read is refused by the server.
        const std::string key = server.dataFolder() + "/server.key";
        fs::copy_file(certificates().file(certificate + ".key"), key);
        fs::permissions(key, fs::perms(0600));
        if (::geteuid() == 0) giveTo("postgres", key);
        server.configure(
            "ssl = on\nssl_cert_file = '" + certificates().file(certificate + ".pem") +
                "'\nssl_key_file = '" + key + "'\nssl_ca_file = '" + certificates().file("good.pem") + "'",
            "hostssl all safe all scram-sha-256 clientcert=verify-ca\nhostnossl all safe all reject");
        server.sql("postgres", "CREATE DATABASE shop; CREATE ROLE safe SUPERUSER LOGIN PASSWORD 'secret'");
        server.sql("shop", "CREATE TABLE a AS SELECT i FROM generate_series(1, 100) i");
    }
    PostgresServer server;
};

std::string with(const std::string& mode, const std::string& ca = {}) {
    return R"("sslmode":")" + mode + "\"" +
           (ca.empty() ? "" : R"(,"sslRootCert":")" + certificates().file(ca) + "\"");
}

/// Connects, dumps and restores. @return what failed, or nothing
std::string tried(PostgresServer& server, const std::string& more, const std::string& user = "postgres") {
    const auto settings = server.settings(user, "secret", more);
    try {
        RecordingRun run;
        MemoryOutput output;
        PostgresEngine(settings).test(run);
        dumpWith(settings, "shop", output, run);
        MemorySource bytes(output.only().bytes);
        PostgresEngine(settings).restore({output.only().object, "shop again", true}, bytes, run);
        CHECK(server.sql("shop again", "SELECT sum(i) FROM a") == "5050");
        return {};
    } catch (const dbackup::sdk::Error& error) {
        return error.text();
    }
}

}  // namespace

TEST_CASE("PostgresEngine: each sslmode asks for what it says, in the tools too", "[postgres][tls]") {
    {
        TlsServer tls("here");
        for (const char* mode : {"disable", "allow", "prefer", "require"}) {
            CAPTURE(mode);
            CHECK(tried(tls.server, with(mode)).empty());
        }
        CHECK(tried(tls.server, with("verify-ca", "good.pem")).empty());
        CHECK(tried(tls.server, with("verify-full", "good.pem")).empty());
        CHECK_THAT(tried(tls.server, with("verify-ca", "bad.pem")), Contains("certificate"));
        CHECK_THAT(tried(tls.server, with("verify-full", "bad.pem")), Contains("certificate"));
    }
    {
        TlsServer tls("elsewhere");
        CHECK(tried(tls.server, with("verify-ca", "good.pem")).empty());
        CHECK_THAT(tried(tls.server, with("verify-full", "good.pem")), Contains("elsewhere.example"));
    }
    // A server without TLS.
    const Database shop(source(), "shop", "CREATE TABLE a AS SELECT i FROM generate_series(1, 100) i");
    CHECK(tried(source(), with("prefer")).empty());
    CHECK_THAT(tried(source(), with("require")), Contains("SSL"));
    source().sql("postgres", "DROP DATABASE IF EXISTS \"shop again\"");
}

TEST_CASE("PostgresEngine: a server that asks for a certificate gets it", "[postgres][tls]") {
    TlsServer tls("here");
    fs::permissions(certificates().file("client.key"),
                    fs::perms(0600));  // libpq refuses a key that others may read
    const std::string certificate = R"(,"sslCert":")" + certificates().file("client.pem") +
                                    R"(","sslKey":")" + certificates().file("client.key") + "\"";
    CHECK(tried(tls.server, with("verify-full", "good.pem") + certificate, "safe").empty());
    CHECK_THAT(tried(tls.server, with("verify-full", "good.pem"), "safe"), Contains("certificate"));
}
