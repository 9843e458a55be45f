#include <chrono>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <dbackup/sdk/unique_fd.h>

#include "fixture.h"
#include "plugins/engines/mysql/mysql_engine.h"

using namespace dbackup::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using dbackup::mysql::MysqlEngine;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::Settings;

namespace {

dbackup::sdk::Error testError(const Settings& settings) {
    return errorOf([&] {
        RecordingRun run;
        MysqlEngine(settings).test(run);
    });
}

Settings at(const std::string& host, const std::string& port, const std::string& more = {}) {
    return Settings(R"({"user":"u","password":"p","host":")" + host + R"(","port":)" + port + more + "}");
}

/// Takes connections (the kernel does) and never answers.
class SilentServer {
public:
    SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* plain = static_cast<sockaddr*>(static_cast<void*>(&address));
        REQUIRE(::bind(fd_.get(), plain, size) == 0);
        REQUIRE(::listen(fd_.get(), 5) == 0);
        REQUIRE(::getsockname(fd_.get(), plain, &size) == 0);
        port = std::to_string(ntohs(address.sin_port));
    }
    std::string port;

private:
    dbackup::sdk::UniqueFd fd_;
};

}  // namespace

TEST_CASE("MysqlEngine: test() gives version and edition", "[mysql]") {
    RecordingRun run;
    const auto info = MysqlEngine(source().settings()).test(run);
    CHECK(source().sql("", "SELECT VERSION()").starts_with(info.version + "-MariaDB"));
    CHECK(info.edition == "MariaDB");
    CHECK(info.message == "Connection successful");
}

TEST_CASE("MysqlEngine: a server is reached by its socket, too", "[mysql]") {
    source().sql("", "CREATE USER local@localhost IDENTIFIED BY 'l'");
    RecordingRun run;
    const Settings settings(R"({"user":"local","password":"l","host":")" + source().socket() + "\"}");
    CHECK_NOTHROW(MysqlEngine(settings).test(run));
    source().sql("", "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO local@localhost");
    const Database shop(source(), "shop", "CREATE TABLE a (i INT)");
    MemoryOutput output;
    dumpWith(settings, "shop", output, run);
    CHECK(output.only().finished);
    source().sql("", "DROP USER local@localhost");
}

TEST_CASE("MysqlEngine: databases() lists what can be dumped, with sizes", "[mysql]") {
    const Database one(source(), "Größe", "CREATE TABLE a AS SELECT seq FROM seq_1_to_10000");
    const Database two(source(), "GRÖSSE");
    RecordingRun run;
    const auto all = MysqlEngine(source().settings()).databases(run);
    REQUIRE(all.size() == 2);
    for (const auto& database : all) {
        CHECK((database.size_bytes > 0) == (database.name == "Größe"));
    }
    const auto chosen =
        MysqlEngine(source().settings("admin", "secret", R"("database":["GRÖSSE"])")).databases(run);
    REQUIRE(chosen.size() == 1);
    CHECK(chosen[0].name == "GRÖSSE");
    const auto error = errorOf(
        [&] { MysqlEngine(source().settings("admin", "secret", R"("database":"größe")")).databases(run); });
    CHECK(error.kind() == ErrorKind::NotFound);
    CHECK_THAT(error.what(), Contains("größe"));
}

TEST_CASE(
    "MysqlEngine: a wrong password, an unknown account and a missing password are told apart from the rest",
    "[mysql]") {
    const auto wrong = testError(source().settings("admin", "wr0ng-c4nary"));
    CHECK(wrong.kind() == ErrorKind::Authentication);
    CHECK_FALSE(wrong.retryable());
    CHECK_THAT(wrong.text(), Contains("Access denied") && !Contains("wr0ng-c4nary"));
    CHECK(testError(source().settings("nobody", "x")).kind() == ErrorKind::Authentication);
    CHECK(testError(source().settings("admin", "")).kind() == ErrorKind::Authentication);
}

TEST_CASE("MysqlEngine: an address that nobody answers at is Unavailable, soon and with a hint", "[mysql]") {
    const auto unknown = testError(at("no-such-host.invalid", "3306"));
    CHECK(unknown.kind() == ErrorKind::Unavailable);
    CHECK_THAT(unknown.what(), Contains("no-such-host.invalid"));
    CHECK_FALSE(unknown.hint().empty());

    const auto refused = testError(at("127.0.0.1", "1"));
    CHECK(refused.kind() == ErrorKind::Unavailable);
    CHECK(refused.retryable());
    CHECK_THAT(refused.what(), Contains("127.0.0.1:1"));

    const SilentServer silent;
    const auto before = std::chrono::steady_clock::now();
    const auto timeout = testError(at("127.0.0.1", silent.port, R"(,"connectTimeout":1)"));
    CHECK(timeout.kind() == ErrorKind::Unavailable);
    CHECK_THAT(timeout.what(), Contains("did not answer within 1 s"));
    CHECK(std::chrono::steady_clock::now() - before < 10s);
}

TEST_CASE("MysqlEngine: a stop ends the wait for a server that does not answer", "[mysql]") {
    const SilentServer silent;
    RecordingRun run;
    const auto before = std::chrono::steady_clock::now();
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(100ms);
        run.requestStop();
    });
    const auto error =
        errorOf([&] { MysqlEngine(at("127.0.0.1", silent.port, R"(,"connectTimeout":300)")).test(run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE("MysqlEngine: a database that is not there is NotFound, and names are exact", "[mysql]") {
    const Database shop(source(), "shop");
    for (const char* name : {"no such", "SHOP", "shöp", "shop "}) {
        RecordingRun run;
        MemoryOutput output;
        const auto error = errorOf([&] { dumpWith(source().settings(), name, output, run); });
        CHECK(error.kind() == ErrorKind::NotFound);
        CHECK_THAT(error.what(), Contains(name));
        CHECK(output.objects.empty());
    }
}

TEST_CASE("MysqlEngine: formats, contents and settings that cannot be are refused", "[mysql]") {
    RecordingRun run;
    MemoryOutput output;
    MysqlEngine engine(source().settings());
    for (const auto& request :
         {dbackup::sdk::DumpRequest{"database", "mysql", "tar"}, {"schema", "mysql", ""}}) {
        CHECK(errorOf([&] { engine.dump(request, output, run); }).kind() == ErrorKind::Unsupported);
    }
    for (const char* more : {R"(,"tlsMode":"verify-ca")",
                             R"(,"tlsMode":"perhaps")",
                             R"(,"tlsMode":"required","disableSsl":true)",
                             R"(,"tlsCert":"/x")"}) {
        CHECK(errorOf([&] { MysqlEngine(at("h", "1", more)); }).kind() == ErrorKind::Settings);
    }
}
