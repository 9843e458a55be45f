#include <chrono>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <dbackup/sdk/unique_fd.h>

#include "fixture.h"
#include "plugins/engines/postgres/postgres_engine.h"

using namespace dbackup::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using dbackup::postgres::PostgresEngine;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::Settings;

namespace {

dbackup::sdk::Error testError(const Settings& settings) {
    return errorOf([&] {
        RecordingRun run;
        PostgresEngine(settings).test(run);
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

TEST_CASE("PostgresEngine: test() gives the version", "[postgres]") {
    RecordingRun run;
    const auto info = PostgresEngine(source().settings()).test(run);
    CHECK(info.version ==
          source().sql("postgres", "SELECT split_part(current_setting('server_version'), ' ', 1)"));
    CHECK(info.message == "Connection successful");
}

TEST_CASE("PostgresEngine: test() says which tool is missing", "[postgres]") {
    // The version of the one that is found first is taken; an old one is passed over.
    RecordingRun run;
    run.tool_path = "/nonexistent";
    CHECK_NOTHROW(PostgresEngine(source().settings()).test(run));
}

TEST_CASE("PostgresEngine: databases() lists what can be dumped, with sizes", "[postgres]") {
    const Database one(source(), "Größe");
    const Database closed(source(), "closed");
    source().sql("postgres", "ALTER DATABASE closed ALLOW_CONNECTIONS false");
    RecordingRun run;
    const auto all = PostgresEngine(source().settings()).databases(run);
    std::string names;
    for (const auto& database : all) {
        names += database.name + " ";
        CHECK(database.size_bytes > 1'000'000);
    }
    CHECK_THAT(names,
               Contains("Größe") && Contains("postgres") && !Contains("template") && !Contains("closed"));

    const auto chosen =
        PostgresEngine(source().settings("postgres", "secret", R"("database":["postgres"])")).databases(run);
    REQUIRE(chosen.size() == 1);
    CHECK(chosen[0].name == "postgres");
    const auto error = errorOf([&] {
        PostgresEngine(source().settings("postgres", "secret", R"("database":"not there")")).databases(run);
    });
    CHECK(error.kind() == ErrorKind::NotFound);
    CHECK_THAT(error.what(), Contains("not there"));
}

TEST_CASE(
    "PostgresEngine: a wrong password, an unknown account and a missing password are told apart from the "
    "rest",
    "[postgres]") {
    const auto wrong = testError(source().settings("postgres", "wr0ng-c4nary"));
    CHECK(wrong.kind() == ErrorKind::Authentication);
    CHECK_FALSE(wrong.retryable());
    CHECK_THAT(wrong.text(), Contains("password authentication failed") && !Contains("wr0ng-c4nary"));
    CHECK(testError(source().settings("nobody", "x")).kind() == ErrorKind::Authentication);
    CHECK(testError(source().settings("postgres", "")).kind() == ErrorKind::Authentication);
}

TEST_CASE("PostgresEngine: an address that nobody answers at is Unavailable, soon and with a hint",
          "[postgres]") {
    const auto unknown = testError(at("no-such-host.invalid", "5432"));
    CHECK(unknown.kind() == ErrorKind::Unavailable);
    CHECK_THAT(unknown.what(), Contains("no-such-host.invalid"));
    CHECK_FALSE(unknown.hint().empty());

    const auto refused = testError(at("127.0.0.1", "1"));
    CHECK(refused.kind() == ErrorKind::Unavailable);
    CHECK(refused.retryable());
    CHECK_THAT(refused.what(), Contains("refused") && Contains("127.0.0.1:1"));

    const SilentServer silent;
    const auto before = std::chrono::steady_clock::now();
    const auto timeout = testError(at("127.0.0.1", silent.port, R"(,"connectTimeout":1)"));
    CHECK(timeout.kind() == ErrorKind::Unavailable);
    CHECK_THAT(timeout.what(), Contains("did not answer within 1 s"));
    CHECK(std::chrono::steady_clock::now() - before < 10s);

    CHECK(testError(source().settings("postgres", "secret", R"("sslmode":"require")")).kind() ==
          ErrorKind::Unavailable);
}

TEST_CASE("PostgresEngine: a stop ends the wait for a server that does not answer", "[postgres]") {
    const SilentServer silent;
    RecordingRun run;
    const auto before = std::chrono::steady_clock::now();
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(100ms);
        run.requestStop();
    });
    const auto error =
        errorOf([&] { PostgresEngine(at("127.0.0.1", silent.port, R"(,"connectTimeout":300)")).test(run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE("PostgresEngine: a database that is not there is NotFound", "[postgres]") {
    RecordingRun run;
    MemoryOutput output;
    const auto error = errorOf([&] { dumpWith(source().settings(), "no such", output, run); });
    CHECK(error.kind() == ErrorKind::NotFound);
    CHECK_THAT(error.what(), Contains("no such"));
    CHECK(output.objects.empty());
}

TEST_CASE("PostgresEngine: formats and contents that it does not know are refused", "[postgres]") {
    RecordingRun run;
    MemoryOutput output;
    CHECK(errorOf([&] { dumpWith(source().settings(), "postgres", output, run, "tar"); }).kind() ==
          ErrorKind::Unsupported);
    PostgresEngine engine(source().settings());
    CHECK(errorOf([&] {
              engine.dump({"schema", "postgres", ""}, output, run);
          }).kind() == ErrorKind::Unsupported);
}

TEST_CASE("PostgresEngine: the server's maintenance database may be closed to the account", "[postgres]") {
    source().sql("postgres",
                 "CREATE ROLE guest LOGIN PASSWORD 'g'; REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
    RecordingRun run;
    CHECK_NOTHROW(PostgresEngine(source().settings("guest", "g")).databases(run));
    source().sql("template1", "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC");
    CHECK(testError(source().settings("guest", "g")).kind() == ErrorKind::Permission);
    const Database own(source(), "own");
    CHECK_NOTHROW(PostgresEngine(source().settings("guest", "g", R"("database":"own")")).test(run));
    source().sql("postgres", "GRANT CONNECT ON DATABASE postgres, template1 TO PUBLIC; DROP ROLE guest");
}
