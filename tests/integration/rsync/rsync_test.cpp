#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

#include "rsync_target.h"
#include "tests/support/silent_server.h"
#include "tests/support/ssh_server.h"
#include "tests/support/target_calls.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using dbackup::rsync::RsyncTarget;

namespace {

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string pinned(SshServer& server) {
    return R"(,"hostKeyFingerprint":")" + server.hostKeyFingerprint() + "\"";
}

/// The one file on the server, when it is so long: a piece is sent while the next one is filled.
std::filesystem::path arrivedFile(const SshServer& server, std::uintmax_t bytes) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(server.home(), ignored)) {
            if (entry.is_regular_file(ignored) && entry.file_size(ignored) == bytes) return entry.path();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("no file of " + std::to_string(bytes) + " bytes has arrived");
}

/// How often somebody has logged in.
int loginsOf(const SshServer& server) {
    const std::string log = server.log();
    int logins = 0;
    for (std::size_t at = 0; (at = log.find("Accepted publickey", at)) != std::string::npos; ++at)
        ++logins;
    return logins;
}

/// The kind that the test of a connection ends with.
ErrorKind kindOfTest(const Settings& settings) {
    RecordingRun run;
    RsyncTarget target(settings);
    return errorOf([&] { target.test(run); }).kind();
}

}  // namespace

TEST_CASE("RsyncTarget: objects are files of the server, longer than a piece too", "[rsync]") {
    SshServer server;
    RecordingRun run;
    RsyncTarget target(server.settings(pinned(server)));
    std::string bytes(66 << 20, 'a');
    for (std::size_t i = 0; i < bytes.size(); i += 4093)
        bytes[i] = static_cast<char>(i / 4093);
    put(target, "job/backup 1/a?[x]*.zst", bytes, run);
    CHECK(run.leftovers().empty());
    CHECK(listed(target, "job/", run) == std::vector<std::string>{"job/backup 1/a?[x]*.zst"});
    CHECK(get(target, "job/backup 1/a?[x]*.zst", run) == bytes);
    const std::uint64_t edge = 64 << 20;
    CHECK(get(target, "job/backup 1/a?[x]*.zst", run, {edge - 1, 3}) == bytes.substr(edge - 1, 3));
    CHECK(get(target, "job/backup 1/a?[x]*.zst", run, {bytes.size(), 1}).empty());
    CHECK_FALSE(target.stat("job", run));
    CHECK_FALSE(target.remove("job", run));
    CHECK(target.remove("job/backup 1/a?[x]*.zst", run));
    CHECK(std::filesystem::is_empty(run.scratch()));
    CHECK(std::distance(std::filesystem::directory_iterator(server.home()), {}) == 1);  // job
}

TEST_CASE("RsyncTarget: the pieces of an object share a login, and do without it when it is lost",
          "[rsync]") {
    const bool lost = GENERATE(false, true);
    SshServer server;
    RecordingRun run;
    RsyncTarget target(server.settings(pinned(server)));
    const std::string piece(64 << 20, 'x');
    const std::string name = "object";
    const auto writer = target.create({name, std::nullopt, IfExists::Fail}, run);
    while (loginsOf(server) < 2)  // to look at the name, and the shared one; until the test's time-out
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (lost) server.dropSessions();
    writer->write(std::as_bytes(std::span(piece)));
    writer->write(std::as_bytes(std::span(piece)));
    writer->write(std::as_bytes(std::span("the end", 7)));
    CHECK(writer->commit().size_bytes == 2 * piece.size() + 7);
    CHECK(get(target, name, run) == piece + piece + "the end");
    // Two for writing and two for reading, where each of the twelve steps had its own; a late one is not
    // waited for.
    if (!lost) CHECK(loginsOf(server) <= 6);
    CHECK(run.leftovers().empty());
}

TEST_CASE("RsyncTarget: an object whose beginning was lost on the server is refused", "[rsync]") {
    SshServer server;
    RecordingRun run;
    RsyncTarget target(server.settings(pinned(server)));
    const auto writer = target.create({"object", std::nullopt, IfExists::Fail}, run);
    const std::string piece(64 << 20, 'x');
    writer->write(std::as_bytes(std::span(piece)));
    std::filesystem::resize_file(arrivedFile(server, piece.size()), 1000);
    writer->write(std::as_bytes(std::span("the end", 7)));
    CHECK(errorOf([&] { writer->commit(); }).kind() == ErrorKind::Integrity);
    writer->abort();
    CHECK(std::filesystem::is_empty(server.home()));
}

TEST_CASE("RsyncTarget: a key with a passphrase and a password are handed over by files alone", "[rsync]") {
    SshServer server;
    const TempDir tools;
    for (const std::string tool : {"rsync", "ssh"}) {
        std::ofstream(tools / tool) << "#!/bin/sh\ntrap '' XFSZ\n{ printf '%s\\n' \"$@\"; env; } >>"
                                    << (tools / "notes").string() << "\nexec /usr/bin/" << tool
                                    << " \"$@\"\n";
        std::filesystem::permissions(tools / tool, std::filesystem::perms::owner_all);
    }
    RecordingRun run;
    run.tool_path = tools.path().string() + ":/usr/bin:/bin";
    const std::string key = jsonQuoted(server.keyText("ed25519-passphrase"));
    RsyncTarget with_key(
        server.settings(pinned(server) + R"(,"privateKey":)" + key + R"(,"passphrase":"keypass")"));
    CHECK_NOTHROW(with_key.test(run));
    if (SshServer::takesPasswords()) {
        RsyncTarget with_password(
            server.settings(pinned(server) + R"(,"authType":"password","password":"secret")"));
        CHECK_NOTHROW(with_password.test(run));
        CHECK(kindOfTest(server.settings(pinned(server) + R"(,"authType":"password","password":"wrong")")) ==
              ErrorKind::Authentication);
    }
    const std::string notes = contentOf(tools / "notes");
    CHECK(notes.find("--append") != std::string::npos);
    CHECK(notes.find("keypass") == std::string::npos);
    CHECK(notes.find("secret\n") == std::string::npos);
    CHECK(std::filesystem::is_empty(run.scratch()));
    CHECK(kindOfTest(server.settings(pinned(server) + R"(,"privateKey":)" + key +
                                     R"(,"passphrase":"wrong")")) == ErrorKind::Authentication);
}

TEST_CASE("RsyncTarget: an agent's key logs in", "[rsync]") {
    SshServer server;
    const SshAgent agent(server.keyFile("ed25519"));
    RecordingRun run;
    RsyncTarget target(
        server.settings(pinned(server) + R"(,"authType":"agent","agentSocket":")" + agent.socket() + "\""));
    CHECK_NOTHROW(target.test(run));
}

TEST_CASE("RsyncTarget: a server with another host key is refused, and an unknown one told", "[rsync]") {
    SshServer server;
    const std::string before = pinned(server);
    RecordingRun run;
    RsyncTarget unknown(server.settings());
    const Error told = errorOf([&] { unknown.test(run); });
    CHECK(told.kind() == ErrorKind::Authentication);
    CHECK(std::string(told.what()).find(server.hostKeyFingerprint()) != std::string::npos);
    server.changeHostKey();
    RsyncTarget changed(server.settings(before));
    const Error refused = errorOf([&] { changed.test(run); });
    CHECK(refused.kind() == ErrorKind::Authentication);
    CHECK(std::string(refused.what()).find(server.hostKeyFingerprint()) != std::string::npos);
    RsyncTarget any(server.settings(R"(,"acceptAnyHostKey":true)"));
    CHECK_NOTHROW(any.test(run));
    CHECK(run.messages().back().find("hostKeyFingerprint") != std::string::npos);
}

TEST_CASE("RsyncTarget: a server that allows rsync alone is enough", "[rsync]") {
    SshServer server(
        "ForceCommand case \"$SSH_ORIGINAL_COMMAND\" in rsync\\ --server*) eval \"exec "
        "$SSH_ORIGINAL_COMMAND\" ;; *) exit 1 ;; esac");
    RecordingRun run;
    RsyncTarget target(server.settings(pinned(server)));
    CHECK_NOTHROW(target.test(run));
}

TEST_CASE("RsyncTarget: rrsync keeps it in its folder, which is the root of the settings", "[rsync]") {
    if (!std::filesystem::exists("/usr/bin/rrsync")) return;  // comes with rsync from Debian 12 on
    const TempDir folder;
    std::filesystem::create_directory(folder / "kept");
    SshServer server("ForceCommand /usr/bin/rrsync " + (folder / "kept").string());
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0711));
    server.giveToUser(folder / "kept");
    RecordingRun run;
    RsyncTarget target(server.settings(pinned(server) + R"(,"pathPrefix":"/databases")"));
    put(target, "job/object", "bytes", run);
    CHECK(contentOf(folder / "kept/databases/job/object") == "bytes");
    CHECK(get(target, "job/object", run) == "bytes");
}

TEST_CASE("RsyncTarget: a folder that may not be written to is Permission", "[rsync]") {
    SshServer server;
    if (!SshServer::takesPasswords()) return;  // the test's own user may be root
    RecordingRun run;
    RsyncTarget target(server.settings(pinned(server) + R"(,"pathPrefix":"/usr/dbackup")"));
    const Error error = errorOf([&] { target.test(run); });
    INFO(error.text());
    CHECK(error.kind() == ErrorKind::Permission);
}
