#include <fstream>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <dbackup/sdk/subprocess.h>

#include "tests/integration/files/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
namespace fs = std::filesystem;

namespace {

/// What `tar` prints and says for an archive, standard error included.
std::string gnuTar(const std::string& archive, const fs::path& folder, const std::vector<std::string>& args) {
    writeFile(folder / "it.tar", archive);
    RecordingRun run;
    sdk::Command command("/usr/bin/tar");
    command.args({"--file", (folder / "it.tar").string()});
    for (const auto& arg : args)
        command.args({arg});
    sdk::Subprocess child(std::move(command), run);
    std::string out(1U << 20, '\0');
    std::string all;
    while (const std::size_t count = child.read(std::as_writable_bytes(std::span(out))))
        all += out.substr(0, count);
    child.waitOk();
    for (const auto& message : run.messages())
        all += message + "\n";
    return all;
}

}  // namespace

TEST_CASE("FolderDump: GNU tar extracts what was written, with every attribute", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "source");
    fs::create_directories(temp / "target");
    makeSampleTree(temp / "source");
    // GNU tar fails because of a time before 1970, and of paths longer than the system takes at once.
    removeAll(temp / "source/deep");
    fs::last_write_time(temp / "source/docs/nothing", fs::last_write_time(temp / "source/private"));
    RecordingRun run;
    const std::string archive = dump(temp / "source", run);
    CHECK(run.entries().empty());
    gnuTar(archive,
           temp.path(),
           {"--extract",
            "--xattrs",
            "--xattrs-include=*",
            "--acls",
            "--same-permissions",
            "--numeric-owner",
            "--directory",
            (temp / "target").string()});
    // libarchive writes this name of an attribute as in a URL, which GNU tar takes as it is.
    const std::string found = difference(temp / "source", temp / "target");
    CHECK(found.find("/docs/letter.txt") != std::string::npos);
    for (const auto& [path, entry] : treeOf(temp / "source")) {
        if (path.find("letter.txt") != std::string::npos || path.find("other name") != std::string::npos ||
            path.find("third name") != std::string::npos || path.empty())
            continue;
        INFO(found);
        CHECK(found.find(path + ":") == std::string::npos);
    }
}

TEST_CASE("FolderDump: GNU tar lists an ordinary tree without a word of complaint", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "source/sub");
    writeFile(temp / "source/sub/caf\xc3\xa9", "x");
    fs::create_symlink("x", temp / "source/link");
    const std::string list =
        gnuTar(dump(temp / "source"), temp.path(), {"--list", "--quoting-style=literal"});
    CHECK(list.find("./sub/caf\xc3\xa9\n") != std::string::npos);
    CHECK(list.find("./link\n") != std::string::npos);
    CHECK(list.find("Ignoring") == std::string::npos);
}

TEST_CASE("FolderDump: excluded folders are left out with all in them", "[files]") {
    const TempDir temp;
    const auto source = temp / "source";
    for (const char* folder : {"cache/deep", "src/cache", "src/lib"})
        fs::create_directories(source / folder);
    for (const char* file : {"cache/deep/a", "src/cache/b", "src/lib/c.o", "src/lib/c.c", "top.o"})
        writeFile(source / file, "x");
    restore(dump(source, R"("exclude":["/cache","*.o"])"), temp / "target");
    CHECK(namesIn(temp / "target") == std::vector<std::string>{"src"});
    CHECK(namesIn(temp / "target/src") == std::vector<std::string>{"cache", "lib"});
    CHECK(namesIn(temp / "target/src/lib") == std::vector<std::string>{"c.c"});
}

TEST_CASE("FolderDump: with patterns to include only these files come, in the folders they are in",
          "[files]") {
    const TempDir temp;
    const auto source = temp / "source";
    for (const char* folder : {"a/b/c", "a/other", "keep/all"})
        fs::create_directories(source / folder);
    for (const char* file : {"a/b/c/x.pdf", "a/b/y.txt", "a/other/z.txt", "keep/all/n", "q.pdf"})
        writeFile(source / file, "x");
    fs::permissions(source / "a/b", fs::perms(0710));
    const std::string archive = dump(source, R"("include":["*.pdf","keep/"],"exclude":["/q.pdf"])");
    restore(archive, temp / "target");
    CHECK(namesIn(temp / "target") == std::vector<std::string>{"a", "keep"});
    CHECK(namesIn(temp / "target/a") == std::vector<std::string>{"b"});
    CHECK(namesIn(temp / "target/a/b") == std::vector<std::string>{"c"});
    CHECK(namesIn(temp / "target/a/b/c") == std::vector<std::string>{"x.pdf"});
    CHECK(readFile(temp / "target/keep/all/n") == "x");
    CHECK(fs::status(temp / "target/a/b").permissions() == fs::perms(0710));
}

TEST_CASE("FolderDump: sockets are named and left out", "[files]") {
    const TempDir temp;
    const auto source = temp / "source";
    fs::create_directories(source);
    const sdk::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = source / "listening";
    path.copy(&address.sun_path[0], path.size());
    REQUIRE(::bind(socket.get(),
                   static_cast<const sockaddr*>(static_cast<const void*>(&address)),
                   sizeof address) == 0);
    RecordingRun run;
    restore(dump(source, run), temp / "target");
    CHECK(hasMessage(run, "listening is a socket"));
    CHECK(namesIn(temp / "target").empty());
}

TEST_CASE("FolderDump: the kernel's own file systems are not read", "[files]") {
    RecordingRun run;
    auto engine = engineFor("/", R"("include":["/proc/**"],"exclude":["/[!p]*"])");
    MemoryOutput output;
    engine.dump({"database", "/", "tar"}, output, run);
    CHECK(hasMessage(run, "proc shows the kernel's state"));
    CHECK(output.only().finished);
    CHECK(output.only().bytes.size() < 100'000);
}

TEST_CASE("FolderDump: stops at once and leaves the dump unfinished", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "source");
    writeFile(temp / "source/big", std::string(4U << 20, 'x'));
    RecordingRun run;
    auto engine = engineFor(temp / "source");
    MemoryOutput output;
    output.on_block = [&](std::size_t bytes) {
        if (bytes > (1U << 20)) run.requestStop();
    };
    const auto error = errorOf([&] {
        engine.dump({"database", (temp / "source").string(), "tar"}, output, run);
    });
    CHECK(error.kind() == sdk::ErrorKind::Cancelled);
    CHECK_FALSE(output.anyFinished());
    CHECK(output.only().bytes.size() < (3U << 20));
}

TEST_CASE("FolderDump: an error of the destinations passes through as it is", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "source");
    writeFile(temp / "source/big", std::string(1U << 20, 'x'));
    RecordingRun run;
    auto engine = engineFor(temp / "source");
    MemoryOutput output;
    output.on_block = [](std::size_t bytes) {
        if (bytes > 100'000) throw sdk::Error(sdk::ErrorKind::NoSpace, "the disk is full");
    };
    const auto error = errorOf([&] {
        engine.dump({"database", (temp / "source").string(), "tar"}, output, run);
    });
    CHECK(error.kind() == sdk::ErrorKind::NoSpace);
    CHECK_FALSE(output.anyFinished());
}

TEST_CASE("FilesEngine: folders are tested, listed once each, and others are refused", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "a");
    const std::string a = (temp / "a").string();
    RecordingRun run;
    files::FilesEngine engine(
        sdk::Settings(R"({"folders":[")" + a + R"(",")" + a + R"(/",")" + a + R"(//."]})"));
    CHECK(engine.test(run).message == "The folder can be read");
    REQUIRE(engine.databases(run).size() == 1);
    CHECK(engine.databases(run).front().name == a);
    MemoryOutput output;
    CHECK(errorOf([&] {
              engine.dump({"database", "/etc", "tar"}, output, run);
          }).kind() == sdk::ErrorKind::NotFound);
    CHECK(errorOf([&] {
              engine.dump({"globals", "", ""}, output, run);
          }).kind() == sdk::ErrorKind::Unsupported);
    CHECK(errorOf([&] { engineFor("relative/path"); }).kind() == sdk::ErrorKind::Settings);
    CHECK(errorOf([&] { engineFor("/a/../b"); }).kind() == sdk::ErrorKind::Settings);
    auto missing = engineFor(temp / "missing");
    CHECK(errorOf([&] { missing.test(run); }).kind() == sdk::ErrorKind::NotFound);
    CHECK(errorOf([&] {
              missing.dump({"database", (temp / "missing").string(), "tar"}, output, run);
          }).kind() == sdk::ErrorKind::NotFound);
}
