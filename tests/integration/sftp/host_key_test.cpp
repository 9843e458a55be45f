#include <algorithm>

#include "tests/integration/sftp/sftp_fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using sdk::ErrorKind;

TEST_CASE("SftpTarget: a host key that has changed is refused with both fingerprints", "[sftp]") {
    SftpFixture fixture;
    CHECK_NOTHROW(fixture.target.test(fixture.run));
    const std::string before = fixture.server.hostKeyFingerprint();
    fixture.server.changeHostKey();
    CHECK(fixture.kindOf([&] { fixture.put("a", "x"); }) == ErrorKind::Authentication);
    CHECK(fixture.last_error.find(before) != std::string::npos);
    CHECK(fixture.last_error.find(fixture.server.hostKeyFingerprint()) != std::string::npos);
    CHECK_FALSE(fixture.last_retryable);
    CHECK(fixture.kindOf([&] { fixture.target.test(fixture.run); }) == ErrorKind::Authentication);
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
}

TEST_CASE("SftpTarget: the password is not given to a server with another host key", "[sftp]") {
    SftpFixture fixture;
    fixture.server.changeHostKey();
    CHECK(fixture.kindOf([&] { fixture.list(); }) == ErrorKind::Authentication);
    CHECK(fixture.server.log().find("Accepted") == std::string::npos);
    CHECK(fixture.server.log().find("Failed") == std::string::npos);
}

TEST_CASE("SftpTarget: without a fingerprint the test tells it, and all else is refused", "[sftp]") {
    SshServer server;
    SftpFixture other;  // for kindOf() and its run
    sftp::SftpTarget target(server.settings());
    CHECK(other.kindOf([&] { target.stat("a", other.run); }) == ErrorKind::Settings);
    CHECK(other.last_error.find(server.hostKeyFingerprint()) != std::string::npos);
    sftp::SftpTarget tested(server.settings());
    CHECK(tested.test(other.run).find(server.hostKeyFingerprint()) != std::string::npos);
    CHECK_FALSE(tested.stat("a", other.run));
    server.changeHostKey();
    CHECK(other.kindOf([&] { tested.test(other.run); }) == ErrorKind::Authentication);
}

TEST_CASE("SftpTarget: any host key is taken when that is wanted, and the log says so", "[sftp]") {
    SftpFixture fixture;
    sftp::SftpTarget target(fixture.server.settings(R"(,"acceptAnyHostKey":true)"));
    CHECK_FALSE(target.stat("a", fixture.run));
    const auto warned = [&] {
        const auto entries = fixture.run.entries();
        return std::count_if(entries.begin(), entries.end(), [&](const auto& entry) {
            return entry.level == sdk::LogLevel::Warning &&
                   entry.message.find(fixture.server.hostKeyFingerprint()) != std::string::npos;
        });
    };
    CHECK(warned() == 1);
    CHECK(target.test(fixture.run).find(fixture.server.hostKeyFingerprint()) != std::string::npos);
    CHECK(warned() == 1);
    // A fingerprint counts for more than the leave to do without.
    sftp::SftpTarget both(fixture.pinned(R"(,"acceptAnyHostKey":true)"));
    fixture.server.changeHostKey();
    CHECK(fixture.kindOf([&] { both.stat("a", fixture.run); }) == ErrorKind::Authentication);
}
