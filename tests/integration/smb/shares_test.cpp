#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "smb_target.h"
#include "tests/support/objects.h"
#include "tests/support/samba_server.h"
#include "tests/support/small_disk.h"
#include "tests/support/target_calls.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using dbackup::smb::SmbTarget;

namespace {

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void makeTool(const TempDir& folder, const std::string& script) {
    std::ofstream(folder / "smbclient") << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(folder / "smbclient", std::filesystem::perms::owner_all);
}

}  // namespace

TEST_CASE("SmbTarget: objects are files of the share, below the folder", "[smb]") {
    const SambaServer server;
    RecordingRun run;
    SmbTarget target(Settings(server.settingsText(R"(,"pathPrefix":"/backups/db 1/")")));
    const std::string bytes = std::string(3 << 20, 'a') + "the end";
    CHECK(target.test(run) == "A file was written, read and removed in //127.0.0.1/bk/backups/db 1/");
    put(target, "job/backup 1/a.zst", bytes, run);
    CHECK(contentOf(server.folder() / "backups/db 1/job/backup 1/a.zst") == bytes);
    CHECK(get(target, "job/backup 1/a.zst", run, {3 << 20, 3}) == "the");
    CHECK(get(target, "job/backup 1/a.zst", run, {bytes.size() + 1, std::nullopt}).empty());
    CHECK(listed(target, "", run) == std::vector<std::string>{"job/backup 1/a.zst"});
    CHECK(listed(target, "job/backup 1/b", run).empty());
    CHECK(listed(target, "none/", run).empty());
    CHECK_FALSE(target.stat("job", run));
    CHECK_FALSE(target.remove("job", run));
    CHECK(target.remove("job/backup 1/a.zst", run));
    CHECK(run.leftovers().empty());
}

TEST_CASE("SmbTarget: the server itself refuses a name that was taken in the meantime", "[smb]") {
    const SambaServer server;
    RecordingRun run;
    SmbTarget ours(Settings(server.settingsText()));
    SmbTarget theirs(Settings(server.settingsText()));
    const auto writer = ours.create({"object", 4, IfExists::Fail}, run);
    writer->write(std::as_bytes(std::span("ours", 4)));
    put(theirs, "object", "theirs", run);
    CHECK(errorOf([&] { writer->commit(); }).kind() == ErrorKind::AlreadyExists);
    writer->abort();
    CHECK(get(ours, "object", run) == "theirs");
    put(ours, "object", "replaced", run, IfExists::Replace);
    CHECK(get(ours, "object", run) == "replaced");
    CHECK(std::distance(std::filesystem::directory_iterator(server.folder()), {}) == 1);
}

TEST_CASE("SmbTarget: of two writers that end at one moment, one has the name", "[smb]") {
    const SambaServer server;
    RecordingRun run;
    SmbTarget target(Settings(server.settingsText()));
    for (int round = 0; round < 20; ++round) {
        const std::string name = "object" + std::to_string(round);
        INFO(name);
        CHECK(winnersOf(target, name, run) == 1);
    }
}

TEST_CASE("SmbTarget: the password is neither an argument nor in the environment", "[smb]") {
    const SambaServer server;
    const TempDir tools;
    makeTool(tools,
             "{ printf '%s\\n' \"$@\"; env; } >>" + (tools / "notes").string() +
                 "\nexec /usr/bin/smbclient \"$@\"");
    RecordingRun run;
    run.tool_path = tools.path().string() + ":/usr/bin:/bin";
    SmbTarget(Settings(server.settingsText())).test(run);
    const std::string notes = contentOf(tools / "notes");
    CHECK(notes.find("put - ") != std::string::npos);
    CHECK(notes.find(SambaServer::password()) == std::string::npos);
    const auto entries = run.entries();
    CHECK(std::none_of(entries.begin(), entries.end(), [](const auto& entry) {
        return (entry.message + entry.details).find(SambaServer::password()) != std::string::npos;
    }));
}

TEST_CASE("SmbTarget: a share that becomes full is told as such, whatever its server says then", "[smb]") {
    const SambaServer server;
    const SmallDisk disk(server.folder() / "full");
    if (!disk.mounted()) {
        WARN("may not mount a file system: a share that is full is not looked at");
        return;
    }
    RecordingRun run;
    SmbTarget target(Settings(server.settingsText(R"(,"pathPrefix":"full")")));
    for (std::size_t round = 0; round < 20; ++round) {
        const std::string bytes = bytesOf((std::size_t{9} << 20) + round * 77'777);
        const Error error = errorOf([&] { put(target, "object", bytes, run); });
        INFO(error.text());
        CHECK(error.kind() == ErrorKind::NoSpace);
    }
    CHECK(run.leftovers().empty());
}

TEST_CASE("SmbTarget: a full share is told as such, and what did not arrive whole is refused", "[smb]") {
    const TempDir tools;
    RecordingRun run;
    run.tool_path = tools.path().string() + ":/usr/bin:/bin";
    const std::string script =
        "for last; do :; done\ncase $last in\n"
        "*'put '*) cat >/dev/null; ";
    const std::string absent = " ;;\n*) echo NT_STATUS_NO_SUCH_FILE; exit 1 ;;\nesac";
    SmbTarget target(Settings(R"({"address":"//nas/bk"})"));
    makeTool(tools, script + "echo 'NT_STATUS_DISK_FULL writing remote file' >&2; exit 1" + absent);
    CHECK(errorOf([&] { put(target, "object", "bytes", run); }).kind() == ErrorKind::NoSpace);
    makeTool(tools, script + "exit 0" + absent);
    CHECK(errorOf([&] { put(target, "object", "bytes", run); }).kind() == ErrorKind::Integrity);
    CHECK(run.leftovers().empty());
}

TEST_CASE("SmbTarget: only a temporary name is a leftover", "[smb]") {
    RecordingRun run;
    SmbTarget target(Settings(R"({"address":"//nas/bk"})"));
    CHECK(errorOf([&] { target.cleanup("kept", run); }).kind() == ErrorKind::Settings);
    CHECK(errorOf([&] { target.cleanup("../.a.0123456789abcdef.partial", run); }).kind() ==
          ErrorKind::Settings);
    CHECK(errorOf([&] { put(target, "a/../b", "x", run); }).kind() == ErrorKind::Settings);
}
