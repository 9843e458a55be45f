#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "smb_target.h"
#include "tests/support/samba_server.h"
#include "tests/support/silent_server.h"
#include "tests/support/target_calls.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using dbackup::smb::SmbTarget;

namespace {

using Clock = std::chrono::steady_clock;

std::string settingsFor(int port) {
    return R"({"address":"//127.0.0.1/bk","connectTimeout":2,"password":"x","port":)" + std::to_string(port) +
           "}";
}

ErrorKind kindOfTest(const std::string& settings) {
    RecordingRun run;
    SmbTarget target{Settings(settings)};
    return errorOf([&] { target.test(run); }).kind();
}

}  // namespace

TEST_CASE("SmbTarget: what a server refuses has its kind", "[smb]") {
    const SambaServer server;
    CHECK(kindOfTest(server.settingsText(R"(,"password":"wrong-word")")) == ErrorKind::Authentication);
    CHECK(kindOfTest(server.settingsText({}, "nosuch")) == ErrorKind::Settings);
    CHECK(kindOfTest(server.settingsText({}, "readonly")) == ErrorKind::Permission);
    CHECK(kindOfTest(R"({"address":"//nosuch.invalid/bk","connectTimeout":2})") == ErrorKind::Unavailable);
    CHECK(kindOfTest(settingsFor(ClosedPort().port())) == ErrorKind::Unavailable);
}

TEST_CASE("SmbTarget: a connection is encrypted when asked for, or refused", "[smb]") {
    RecordingRun run;
    const SambaServer demanding("server smb encrypt = required");
    CHECK_NOTHROW(SmbTarget(Settings(demanding.settingsText(R"(,"protection":"encrypt")"))).test(run));
    const SambaServer without("server smb encrypt = off");
    CHECK_NOTHROW(SmbTarget(Settings(without.settingsText())).test(run));
    CHECK_THROWS_AS(SmbTarget(Settings(without.settingsText(R"(,"protection":"encrypt")"))).test(run), Error);
}

TEST_CASE("SmbTarget: a silent server is given up after the time-out, and left at once when stopped",
          "[smb]") {
    const SilentServer server;
    auto begin = Clock::now();
    CHECK(kindOfTest(settingsFor(server.port())) == ErrorKind::Unavailable);
    CHECK(Clock::now() - begin < std::chrono::seconds(10));
    RecordingRun run;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        begin = Clock::now();
        run.requestStop();
    });
    SmbTarget target(Settings(settingsFor(server.port())));
    CHECK(errorOf([&] { target.test(run); }).kind() == ErrorKind::Cancelled);
    stopper.join();
    CHECK(Clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("SmbTarget: a server that is lost in mid-upload leaves nothing under the name", "[smb]") {
    SambaServer server;
    RecordingRun run;
    SmbTarget target(Settings(server.settingsText(R"(,"connectTimeout":2)")));
    {
        const auto writer = target.create({"object", std::nullopt, IfExists::Fail}, run);
        const std::string block(1 << 20, 'x');
        for (int i = 0; i < 4; ++i)
            writer->write(std::as_bytes(std::span(block)));
        server.kill();
        const Error error = errorOf([&] {
            writer->write(std::as_bytes(std::span(block)));
            writer->commit();
        });
        INFO(error.text());
        CHECK(error.kind() == ErrorKind::Unavailable);
    }
    server.restart();
    CHECK(listed(target, "", run).empty());
    for (const std::string& token : run.leftovers())
        target.cleanup(token, run);
    CHECK(std::filesystem::is_empty(server.folder()));
}

TEST_CASE("SmbTarget: an address that is none of a share is a wrong setting, and so is SMB 1", "[smb]") {
    for (const std::string settings : {R"({"address":"nas/bk"})",
                                       R"({"address":"//nas"})",
                                       R"({"address":"//nas/bk/folder"})",
                                       R"({"address":"//nas/bk","maxProtocol":"NT1"})",
                                       R"({"address":"//nas/bk","password":"ends with a blank "})",
                                       R"({"address":"//nas/bk","pathPrefix":"a/../b"})"}) {
        CHECK(errorOf([&] { SmbTarget{Settings(settings)}; }).kind() == ErrorKind::Settings);
    }
}
