#include <chrono>

#include "tests/integration/sftp/sftp_fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using sdk::ErrorKind;

namespace {

/// Tries the connection with these settings. @return the kind of error
ErrorKind tried(SftpFixture& fixture, const std::string& more) {
    return fixture.kindOf([&] { sftp::SftpTarget(fixture.pinned(more)).test(fixture.run); });
}

std::string keyLogin(const std::string& key, const std::string& passphrase) {
    return R"(,"authType":"privateKey","privateKey":)" + jsonText(key) + R"(,"passphrase":)" +
           jsonText(passphrase);
}

}  // namespace

TEST_CASE("SftpTarget: logs in with keys, with a passphrase and without", "[sftp]") {
    SftpFixture fixture;
    for (const std::string kind : {"ed25519", "rsa", "ed25519-passphrase", "rsa-passphrase"}) {
        CAPTURE(kind);
        const std::string passphrase = kind.ends_with("passphrase") ? "keypass" : "";
        const std::string key = fixture.server.keyText(kind);
        CHECK(tried(fixture, keyLogin(key, passphrase)) == ErrorKind::None);
        if (passphrase.empty()) continue;
        CHECK(tried(fixture, keyLogin(key, "wrong")) == ErrorKind::Settings);
        CHECK(fixture.last_error.find("passphrase") != std::string::npos);
        CHECK(fixture.last_error.find("wrong\"") == std::string::npos);
        CHECK(tried(fixture, keyLogin(key, "")) == ErrorKind::Settings);
    }
    CHECK(fixture.run.leftovers().empty());
    CHECK(fixture.tree().empty());
}

TEST_CASE("SftpTarget: takes a key as it was pasted", "[sftp]") {
    SftpFixture fixture;
    std::string key = fixture.server.keyText("ed25519");
    while (key.ends_with('\n'))
        key.pop_back();
    CHECK(tried(fixture, keyLogin(key, "")) == ErrorKind::None);
    std::string from_windows;
    for (const char each : key)
        from_windows += each == '\n' ? std::string("\\r\\n") : std::string(1, each);
    CHECK(tried(fixture, R"(,"authType":"privateKey","privateKey":")" + from_windows + "\"") ==
          ErrorKind::None);
    CHECK(tried(fixture, keyLogin("no key at all", "")) == ErrorKind::Settings);
    CHECK(tried(fixture, keyLogin("", "")) == ErrorKind::Settings);
}

TEST_CASE("SftpTarget: a key that the server does not know is refused as such", "[sftp]") {
    SftpFixture fixture;
    SshServer other;
    CHECK(tried(fixture, keyLogin(other.keyText("ed25519"), "")) == ErrorKind::Authentication);
    CHECK(fixture.last_error.find(fixture.server.user()) != std::string::npos);
    CHECK_FALSE(fixture.last_retryable);
}

TEST_CASE("SftpTarget: logs in with the keys of an agent", "[sftp]") {
    SftpFixture fixture;
    const SshAgent agent(fixture.server.keyFile("rsa"));
    const std::string login = R"(,"authType":"agent","agentSocket":)";
    CHECK(tried(fixture, login + jsonText(agent.socket())) == ErrorKind::None);
    CHECK(tried(fixture, login + jsonText("/nowhere/agent")) == ErrorKind::Authentication);
    SshServer other;
    const SshAgent wrong(other.keyFile("ed25519"));
    CHECK(tried(fixture, login + jsonText(wrong.socket())) == ErrorKind::Authentication);
}

TEST_CASE("SftpTarget: logs in with a password, and only with the right one", "[sftp]") {
    if (!SshServer::takesPasswords()) {
        WARN("only root can check passwords");
        return;
    }
    SftpFixture fixture;
    const std::string login = R"(,"authType":"password","password":)";
    CHECK(tried(fixture, login + jsonText("secret")) == ErrorKind::None);
    CHECK(tried(fixture, login + jsonText("not-the-password")) == ErrorKind::Authentication);
    CHECK(fixture.last_error.find("not-the-password") == std::string::npos);
    CHECK(tried(fixture, R"(,"authType":"password")") == ErrorKind::Authentication);
}

TEST_CASE("SftpTarget: gives a key and a password where the server asks for both", "[sftp]") {
    if (!SshServer::takesPasswords()) {
        WARN("only root can check passwords");
        return;
    }
    SftpFixture fixture({}, "AuthenticationMethods publickey,password");
    const std::string key = keyLogin(fixture.server.keyText("ed25519"), "");
    CHECK(tried(fixture, key + R"(,"password":"secret")") == ErrorKind::None);
    CHECK(tried(fixture, key) == ErrorKind::Authentication);
}

TEST_CASE("SftpTarget: a server without SFTP is named as such", "[sftp]") {
    SftpFixture fixture({}, "Subsystem sftp /bin/false\nForceCommand /bin/echo hello");
    const ErrorKind kind = tried(fixture, "");
    CHECK((kind == ErrorKind::Unsupported || kind == ErrorKind::Unavailable));
    CHECK(fixture.last_error.find(std::to_string(fixture.server.port())) != std::string::npos);
}

TEST_CASE("SftpTarget: a server that is not there is unavailable", "[sftp]") {
    SftpFixture fixture;
    fixture.server.kill();
    CHECK(tried(fixture, R"(,"connectTimeout":3)") == ErrorKind::Unavailable);
    CHECK(fixture.last_retryable);
}
