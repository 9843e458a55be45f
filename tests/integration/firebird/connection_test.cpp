#include <chrono>
#include <thread>

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include <dbackup/sdk/unique_fd.h>

#include "fixture.h"
#include "plugins/engines/firebird/firebird_engine.h"

using namespace dbackup::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using dbackup::firebird::FirebirdEngine;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::Settings;

namespace {

Settings at(const std::string& host, const std::string& port, const std::string& more = {}) {
    return Settings(R"({"user":"SYSDBA","password":"secret","host":")" + host + R"(","port":)" + port + more +
                    "}");
}

Error testError(const Settings& settings) {
    return errorOf([&] {
        RecordingRun run;
        FirebirdEngine(settings).test(run);
    });
}

Error dumpError(const Settings& settings, const std::string& path) {
    MemoryOutput output;
    const Error error = errorOf([&] {
        RecordingRun run;
        dumpWith(settings, path, output, run);
    });
    CHECK_FALSE(output.anyFinished());
    return error;
}

/// Takes connections and says nothing.
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

TEST_CASE("FirebirdEngine: test() gives the version, and looks at the databases of the settings",
          "[firebird]") {
    RecordingRun run;
    const auto info = FirebirdEngine(server().settings()).test(run);
    CHECK_THAT(info.version, Catch::Matchers::Matches("[0-9]+\\.[0-9]+\\.[0-9]+"));
    CHECK(info.message == "Connection successful");
    CHECK(FirebirdEngine(server().settings()).databases(run).empty());

    const Database shop("shop.fdb", numbers(1000));
    const auto named = [&](const std::string& list) {
        return server().settings("SYSDBA", "secret", R"("database":)" + list);
    };
    const auto databases = FirebirdEngine(named("[\"" + shop.path() + "\"]")).databases(run);
    REQUIRE(databases.size() == 1);
    CHECK(databases[0].name == shop.path());
    CHECK(databases[0].size_bytes > 1'000'000);
    const Error missing = testError(named(R"("/nowhere/shop.fdb")"));
    CHECK(missing.kind() == ErrorKind::NotFound);
    CHECK_THAT(missing.what(), Contains("/nowhere/shop.fdb"));
}

TEST_CASE("FirebirdEngine: wrong accounts are Authentication, without the password in the words",
          "[firebird]") {
    const Database shop("shop.fdb", "");
    for (const auto& settings :
         {server().settings("SYSDBA", "wr0ng-c4nary"), server().settings("NOBODY", "wr0ng-c4nary")}) {
        for (const Error& error : {testError(settings), dumpError(settings, shop.path())}) {
            CHECK(error.kind() == ErrorKind::Authentication);
            CHECK_THAT(error.text(), !Contains("c4nary"));
            CHECK_FALSE(error.retryable());
        }
    }
}

TEST_CASE("FirebirdEngine: an address that nobody answers at is Unavailable, soon and with a hint",
          "[firebird]") {
    const Error unknown = testError(at("no-such-host.invalid", "3050"));
    CHECK(unknown.kind() == ErrorKind::Unavailable);
    CHECK_THAT(unknown.what(), Contains("no-such-host.invalid"));
    CHECK_FALSE(unknown.hint().empty());
    const Error refused = testError(at("127.0.0.1", "1"));
    CHECK(refused.kind() == ErrorKind::Unavailable);
    CHECK(refused.retryable());

    const SilentServer silent;
    const auto before = std::chrono::steady_clock::now();
    for (const Error& late : {testError(at("127.0.0.1", silent.port, R"(,"connectTimeout":1)")),
                              dumpError(at("127.0.0.1", silent.port, R"(,"connectTimeout":1)"), "/x")}) {
        CHECK(late.kind() == ErrorKind::Unavailable);
        CHECK_THAT(late.what(), Contains("did not answer within 1 s"));
    }
    CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE("FirebirdEngine: a stop ends the wait for a server that does not answer", "[firebird]") {
    const SilentServer silent;
    RecordingRun run;
    const auto before = std::chrono::steady_clock::now();
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(100ms);
        run.requestStop();
    });
    const auto error =
        errorOf([&] { FirebirdEngine(at("127.0.0.1", silent.port, R"(,"connectTimeout":300)")).test(run); });
    CHECK(error.kind() == ErrorKind::Cancelled);
    CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE(
    "FirebirdEngine: what is not there is NotFound, no database Unsupported, and what the server may not "
    "read is Permission",
    "[firebird]") {
    for (const char* path : {"/nowhere/shop.fdb", "no-such-alias"}) {
        const Error error = dumpError(server().settings(), path);
        CAPTURE(path, error.text());
        CHECK(error.kind() == ErrorKind::NotFound);
        CHECK_THAT(error.what(), Contains(path));
    }
    for (const char* path : {"/etc/passwd", "/tmp"}) {
        const Error error = dumpError(server().settings(), path);
        CAPTURE(path, error.text());
        CHECK(error.kind() == ErrorKind::Unsupported);
    }
    CHECK(dumpError(server().settings(), "/etc/shadow").kind() == ErrorKind::Permission);
}

TEST_CASE("FirebirdEngine: encryption of the connection is as the settings ask", "[firebird]") {
    FirebirdServer plain("WireCrypt = Disabled");
    RecordingRun run;
    const auto with = [](const FirebirdServer& there, const char* value) {
        return there.settings("SYSDBA", "secret", std::string(R"("wireCrypt":")") + value + "\"");
    };
    for (const char* value : {"default", "enabled", "disabled"}) {
        CHECK_NOTHROW(FirebirdEngine(with(plain, value)).test(run));
    }
    const Error refused = testError(with(plain, "required"));
    CHECK(refused.kind() == ErrorKind::Unavailable);
    CHECK_THAT(refused.text(), Contains("wire encryption") && Contains("wireCrypt"));
    CHECK_NOTHROW(FirebirdEngine(with(server(), "required")).test(run));
    const Database shop("shop.fdb", "");
    MemoryOutput output;
    dumpWith(with(server(), "required"), shop.path(), output, run);
    CHECK(output.only().finished);
}

TEST_CASE("FirebirdEngine: formats, contents and settings that cannot be are refused", "[firebird]") {
    RecordingRun run;
    MemoryOutput output;
    FirebirdEngine engine(server().settings());
    for (const auto& request : {dbackup::sdk::DumpRequest{"database", "x", "sql"}, {"globals", "", ""}}) {
        CHECK(errorOf([&] { engine.dump(request, output, run); }).kind() == ErrorKind::Unsupported);
    }
    for (const char* more :
         {R"(,"role":"-x")", R"(,"user":"a\nb")", R"(,"password":"a\nb")", R"(,"password":"")"}) {
        CHECK(errorOf([&] { FirebirdEngine(at("h", "1", more)); }).kind() == ErrorKind::Settings);
    }
}
