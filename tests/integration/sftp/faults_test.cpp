#include <chrono>
#include <future>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "tests/integration/sftp/sftp_fixture.h"
#include "tests/support/delay_proxy.h"
#include "tests/support/small_disk.h"

using namespace dbackup;
using namespace dbackup::test;
using namespace std::chrono_literals;
using sdk::ErrorKind;

namespace {

using Clock = std::chrono::steady_clock;

/// Writes until it fails. @return the kind of error
ErrorKind fill(SftpFixture& fixture, sftp::SftpTarget& target, const std::string& name) {
    return fixture.kindOf([&] {
        const auto writer = target.create({name, std::nullopt, sdk::IfExists::Fail}, fixture.run);
        append(*writer, sampleBytes(32U << 20));
        writer->commit();
    });
}

sftp::SftpTarget targetBehind(SftpFixture& fixture, int port, const std::string& more = {}) {
    return sftp::SftpTarget(fixture.pinned(more + R"(,"port":)" + std::to_string(port)));
}

}  // namespace

TEST_CASE("SftpTarget: a server that dies in mid-upload is told, and nothing is left", "[sftp]") {
    SftpFixture fixture;
    const auto writer = fixture.create("job/a");
    append(*writer, sampleBytes(10'000'000));
    fixture.server.kill();
    CHECK(fixture.kindOf([&] {
        append(*writer, sampleBytes(20'000'000));
        writer->commit();
    }) == ErrorKind::Unavailable);
    CHECK(fixture.last_retryable);
    writer->abort();
    REQUIRE(fixture.run.leftovers().size() == 1);
    fixture.server.restart();
    CHECK_FALSE(fixture.target.stat("job/a", fixture.run));
    CHECK(fixture.list().empty());
    fixture.target.cleanup(fixture.run.leftovers().front(), fixture.run);
    CHECK(fixture.tree().empty());
}

TEST_CASE("SftpTarget: a lost connection is made again to clean up", "[sftp]") {
    SftpFixture fixture;
    {
        const auto writer = fixture.create("job/a");
        append(*writer, sampleBytes(10'000'000));
        fixture.server.dropSessions();
        CHECK(fixture.kindOf([&] {
            append(*writer, sampleBytes(20'000'000));
            writer->commit();
        }) == ErrorKind::Unavailable);
    }
    CHECK(fixture.run.leftovers().empty());
    CHECK(fixture.tree().empty());
    fixture.put("job/a", "after all");
}

TEST_CASE("SftpTarget: when the answer to the rename is lost, it is found out what it was", "[sftp]") {
    SftpFixture fixture;
    DelayProxy wire(fixture.server.port(), 50ms);
    auto target = targetBehind(fixture, wire.port());
    fixture.put("job/replaced", "old");
    for (const sdk::IfExists rule : {sdk::IfExists::Fail, sdk::IfExists::Replace}) {
        const std::string name = rule == sdk::IfExists::Fail ? "job/new" : "job/replaced";
        const auto writer = target.create({name, std::nullopt, rule}, fixture.run);
        append(*writer, "the new content");
        auto committed = std::async(std::launch::async, [&] { return writer->commit(); });
        const auto final_path = fixture.server.home() / name;
        const auto deadline = Clock::now() + 20s;
        std::error_code missing;
        while (std::filesystem::file_size(final_path, missing) != 15 && Clock::now() < deadline)
            std::this_thread::sleep_for(1ms);
        wire.cut();  // the answer is still under way
        CHECK(committed.get().size_bytes == 15);
        CHECK(fixture.get(name) == "the new content");
    }
    CHECK(fixture.run.leftovers().empty());
    CHECK(fixture.tree() == std::set<std::string>{"job/", "job/new", "job/replaced"});
}

TEST_CASE("SftpTarget: connections that died while they were idle are not used", "[sftp]") {
    SftpFixture fixture;
    fixture.put("job/a", "x");
    fixture.server.dropSessions();
    CHECK(fixture.get("job/a") == "x");
    fixture.server.kill();
    fixture.server.restart();
    CHECK(fixture.list() == std::set<std::string>{"job/a"});
}

TEST_CASE("SftpTarget: a full disk is named and leaves nothing", "[sftp]") {
    SftpFixture fixture;
    const SmallDisk disk(fixture.server.home());
    if (!disk.mounted()) {
        WARN("may not mount a file system");
        return;
    }
    CHECK(fill(fixture, fixture.target, "job/backup/a") == ErrorKind::NoSpace);
    CHECK(fixture.last_error.find("job/backup/a") != std::string::npos);
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
    fixture.put("job/backup/small", "fits");
}

TEST_CASE("SftpTarget: a limit on the size of files counts as no space", "[sftp]") {
    // The shell that starts the server's part sets it, in blocks of 512 bytes.
    SftpFixture fixture(
        {}, "Subsystem sftp ulimit -f 8192; env --ignore-signal=XFSZ /usr/lib/openssh/sftp-server");
    CHECK(fill(fixture, fixture.target, "job/backup/a") == ErrorKind::NoSpace);
    CHECK(fixture.last_error.find("quota") != std::string::npos);
    CHECK(fixture.tree().empty());
}

TEST_CASE("SftpTarget: what the user may not do is told as that", "[sftp]") {
    if (!SshServer::takesPasswords()) {
        WARN("needs a folder that the user cannot write to");
        return;
    }
    SftpFixture fixture;
    const auto closed = fixture.server.home() / "closed";
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(closed, std::filesystem::perms(0700));
    sftp::SftpTarget target(fixture.pinned(R"(,"pathPrefix":)" + jsonText(closed.string())));
    CHECK(fill(fixture, target, "job/a") == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] {
        target.list(
            "", [](const auto&) { return true; }, fixture.run);
    }) == ErrorKind::Permission);
    sftp::SftpTarget outside(fixture.pinned(R"(,"pathPrefix":"/dbackup-test-not-allowed")"));
    CHECK(fill(fixture, outside, "job/a") == ErrorKind::Permission);
    CHECK(fixture.run.leftovers().empty());
}

TEST_CASE("SftpTarget: a server that falls silent is given up in time", "[sftp]") {
    const sdk::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = static_cast<sockaddr*>(static_cast<void*>(&address));
    REQUIRE(::bind(socket.get(), plain, size) == 0);
    REQUIRE(::listen(socket.get(), 8) == 0);
    REQUIRE(::getsockname(socket.get(), plain, &size) == 0);
    SftpFixture fixture;
    auto target = targetBehind(fixture, ntohs(address.sin_port), R"(,"connectTimeout":1)");
    const auto begin = Clock::now();
    CHECK(fixture.kindOf([&] { target.test(fixture.run); }) == ErrorKind::Unavailable);
    CHECK(Clock::now() - begin < 3s);
}

TEST_CASE("SftpTarget: a stop ends every call, and leaves nothing", "[sftp]") {
    SftpFixture fixture;
    fixture.put("a", "x");
    {
        const auto writer = fixture.create("b");
        const auto reader = fixture.target.open("a", {}, fixture.run);
        append(*writer, sampleBytes(5'000'000));
        fixture.run.requestStop();
        const auto begin = Clock::now();
        std::array<std::byte, 10> buffer{};
        CHECK(fixture.kindOf([&] { writer->write(buffer); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { writer->commit(); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { reader->read(buffer); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { fixture.create("c"); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { fixture.get("a"); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { fixture.target.stat("a", fixture.run); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { fixture.list(); }) == ErrorKind::Cancelled);
        CHECK(fixture.kindOf([&] { fixture.target.remove("a", fixture.run); }) == ErrorKind::Cancelled);
        writer->abort();
        CHECK(Clock::now() - begin < 2s);
    }
    CHECK(fixture.tree() == std::set<std::string>{"a"});
    CHECK(fixture.run.leftovers().empty());
}

TEST_CASE("SftpTarget: the delay of a long wire does not set the pace", "[sftp]") {
    SftpFixture fixture;
    const DelayProxy wire(fixture.server.port(), 20ms);
    auto target = targetBehind(fixture, wire.port());
    const std::string content = sampleBytes(16U << 20);
    const auto begin = Clock::now();
    const auto writer = target.create({"job/a", content.size(), sdk::IfExists::Fail}, fixture.run);
    append(*writer, content);
    writer->commit();
    const auto reader = target.open("job/a", {}, fixture.run);
    std::string back;
    std::vector<char> buffer(1U << 20);
    while (const std::size_t count = reader->read(std::as_writable_bytes(std::span(buffer))))
        back.append(buffer.data(), count);
    CHECK(back == content);
    // One request of 32 KiB after the other would take 41 seconds.
    CHECK(Clock::now() - begin < 8s);
}

TEST_CASE("SftpTarget: many folders behind a long wire are listed at the same time", "[sftp]") {
    SftpFixture fixture;
    for (int i = 0; i < 200; ++i)
        std::filesystem::create_directories(fixture.server.home() / "job" / std::to_string(i));
    fixture.server.giveToUser(fixture.server.home());
    fixture.put("job/0/a", "x");
    const DelayProxy wire(fixture.server.port(), 20ms);
    auto target = targetBehind(fixture, wire.port());
    const auto begin = Clock::now();
    int count = 0;
    target.list(
        "", [&](const sdk::ObjectInfo&) { return ++count > 0; }, fixture.run);
    CHECK(count == 1);
    // One after the other: 200 folders, with two answers to wait for in each, take 16 seconds.
    CHECK(Clock::now() - begin < 5s);
}
