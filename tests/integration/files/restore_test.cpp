#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/files/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

/// A small tree and its archive.
struct Small {
    TempDir temp;
    std::string archive;
    Small() {
        for (const char* folder : {"source/a/b", "source/c"})
            fs::create_directories(temp / folder);
        writeFile(temp / "source/a/b/one", "1");
        writeFile(temp / "source/a/two", "2");
        writeFile(temp / "source/c/three", "3");
        fs::permissions(temp / "source/a", fs::perms(0711));
        archive = dump(temp / "source");
    }
    fs::path target() const { return temp / "target"; }
};

void requireSame(const fs::path& a, const fs::path& b) {
    const std::string found = difference(a, b);
    if (!found.empty()) throw std::runtime_error(found);
}

}  // namespace

TEST_CASE("FilesEngine: a tree comes back with all of its attributes", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "source");
    makeSampleTree(temp / "source");
    RecordingRun run;
    const std::string archive = dump(temp / "source", run);
    restore(archive, temp / "target", run);
    CHECK(run.messages().empty());
    CHECK(difference(temp / "source", temp / "target") == "");
    CHECK(treeOf(temp / "source").size() > 600);

    // What was restored dumps to the same size, so nothing grows from one restore to the next.
    CHECK(dump(temp / "target").size() == archive.size());
}

TEST_CASE("FilesEngine: an ordinary user's tree comes back with all of its attributes", "[files]") {
    const TempDir temp;
    fs::permissions(temp.path(), fs::perms(0777));
    CHECK(asOrdinaryUser([&] {
        fs::create_directories(temp / "source");
        makeSampleTree(temp / "source");
        RecordingRun run;
        const std::string archive = dump(temp / "source", run);
        restore(archive, temp / "target", run);
        if (!run.messages().empty()) throw std::runtime_error(run.messages().front());
        requireSame(temp / "source", temp / "target");
        // Folders that their owner may not write to are in the way of replacing them.
        restore(archive, temp / "target", {.overwrite = true});
        requireSame(temp / "source", temp / "target");
        removeAll(temp / "source");
        removeAll(temp / "target");
    }));
}

TEST_CASE("FilesEngine: access control lists come back", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "source/folder");
    writeFile(temp / "source/file", "x");
    const std::string commands = "setfacl -m u:1:rw,g:2:r,u:54321:x,m::rwx " +
                                 (temp / "source/file").string() + " && setfacl -m d:u:1:rwx,d:o::r " +
                                 (temp / "source/folder").string();
    REQUIRE(std::system(commands.c_str()) == 0);  // NOLINT(cert-env33-c): a test's own words
    const std::string archive = dump(temp / "source");
    CHECK(archive.find("SCHILY.acl.access=") != std::string::npos);
    CHECK(archive.find("SCHILY.acl.default=") != std::string::npos);
    restore(archive, temp / "target");
    CHECK(difference(temp / "source", temp / "target") == "");
    CHECK(treeOf(temp / "target")["/file"].find("system.posix_acl_access=") != std::string::npos);
    CHECK(treeOf(temp / "target")["/folder"].find("system.posix_acl_default=") != std::string::npos);
}

TEST_CASE("FilesEngine: an ordinary user restores root's tree without its owners and says so once",
          "[files]") {
    if (::geteuid() != 0) return;
    const TempDir temp;
    fs::permissions(temp.path(), fs::perms(0777));
    fs::create_directories(temp / "source");
    for (const char* name : {"one", "two"}) {
        writeFile(temp / "source" / name, name);
        REQUIRE(::chmod((temp / "source" / name).c_str(), 06755) == 0);
    }
    const std::string archive = dump(temp / "source");
    CHECK(asOrdinaryUser([&] {
        RecordingRun run;
        restore(archive, temp / "target", run);
        if (run.messages().size() != 1 || !hasMessage(run, "Owners are not restored"))
            throw std::runtime_error("other words");
        struct stat info {};
        if (::stat((temp / "target/one").c_str(), &info) != 0 || (info.st_mode & 07777U) != 0755) {
            throw std::runtime_error("its set-user-id bit came back for another user");
        }
    }));
}

TEST_CASE("FilesEngine: owners can be left out, or given to others by name", "[files]") {
    if (::geteuid() != 0) return;
    const TempDir temp;
    fs::create_directories(temp / "source");
    writeFile(temp / "source/file", "x");
    REQUIRE(::chown((temp / "source/file").c_str(), 1, 1) == 0);  // daemon
    const std::string archive = dump(temp / "source");
    struct stat info {};
    restore(archive, temp / "none", {.no_owner = true});
    REQUIRE(::stat((temp / "none/file").c_str(), &info) == 0);
    CHECK(info.st_uid == 0);
    restore(archive, temp / "mapped", {.owners = {{"daemon", "nobody"}}});
    REQUIRE(::stat((temp / "mapped/file").c_str(), &info) == 0);
    CHECK(info.st_uid == 65534);
}

TEST_CASE("FilesEngine: a target with something in it is refused, and replaced when told to", "[files]") {
    Small small;
    fs::create_directories(small.target());
    writeFile(small.target() / "old", "old");
    const auto error = errorOf([&] { restore(small.archive, small.target()); });
    CHECK(error.kind() == ErrorKind::AlreadyExists);
    CHECK(namesIn(small.target()) == std::vector<std::string>{"old"});
    restore(small.archive, small.target(), {.overwrite = true});
    CHECK(difference(small.temp / "source", small.target()) == "");
}

TEST_CASE("FilesEngine: one folder or one file is restored beside what is there", "[files]") {
    Small small;
    fs::create_directories(small.target() / "c");
    writeFile(small.target() / "mine", "mine");
    restore(small.archive, small.target(), {.selection = {"./a/b/", "c/three"}});
    CHECK(readFile(small.target() / "mine") == "mine");
    CHECK(readFile(small.target() / "a/b/one") == "1");
    CHECK(readFile(small.target() / "c/three") == "3");
    CHECK(namesIn(small.target()) == std::vector<std::string>{"a", "c", "mine"});
    CHECK(namesIn(small.target() / "a") == std::vector<std::string>{"b"});
    CHECK(fs::status(small.target() / "a").permissions() == fs::perms(0711));
}

TEST_CASE("FilesEngine: a selected file that is there is replaced only when told to", "[files]") {
    Small small;
    fs::create_directories(small.target() / "a");
    writeFile(small.target() / "a/two", "new");
    const auto error = errorOf([&] { restore(small.archive, small.target(), {.selection = {"a/two"}}); });
    CHECK(error.kind() == ErrorKind::AlreadyExists);
    CHECK(readFile(small.target() / "a/two") == "new");
    restore(small.archive, small.target(), {.overwrite = true, .selection = {"a/two"}});
    CHECK(readFile(small.target() / "a/two") == "2");
    CHECK(namesIn(small.target()) == std::vector<std::string>{"a"});
}

TEST_CASE("FilesEngine: what is selected and not there is named, and nothing is restored", "[files]") {
    Small small;
    const auto error = errorOf([&] {
        restore(small.archive, small.target(), {.selection = {"a/two", "a/none"}});
    });
    CHECK(error.kind() == ErrorKind::NotFound);
    CHECK(std::string(error.what()).find("a/none") != std::string::npos);
    CHECK_FALSE(fs::exists(small.target()));
    CHECK(errorOf([&] { restore(small.archive, small.target(), {.selection = {"../x"}}); }).kind() ==
          ErrorKind::Settings);
}

TEST_CASE("FilesEngine: a selected name of a file that has several needs the first of them", "[files]") {
    Small small;
    fs::create_directories(small.temp / "links");
    writeFile(small.temp / "links/x", "x");
    fs::create_hard_link(small.temp / "links/x", small.temp / "links/y");
    const std::string archive = dump(small.temp / "links");
    const bool x_first = archive.find("./x") < archive.find("./y");
    const std::string second = x_first ? "y" : "x";
    const auto error = errorOf([&] { restore(archive, small.target(), {.selection = {second}}); });
    CHECK(error.kind() == ErrorKind::NotFound);
    CHECK(error.hint().find(x_first ? "select x, too" : "select y, too") != std::string::npos);
    restore(archive, small.target(), {.selection = {"x", "y"}});
    CHECK(fs::hard_link_count(small.target() / "x") == 2);
}

TEST_CASE("FilesEngine: a restore is not led away by a link in the target", "[files]") {
    Small small;
    fs::create_directories(small.target());
    fs::create_directories(small.temp / "outside");
    fs::create_directory_symlink(small.temp / "outside", small.target() / "a");
    for (const bool overwrite : {false, true}) {
        const auto error = errorOf([&] {
            restore(small.archive, small.target(), {.overwrite = overwrite, .selection = {"a/two"}});
        });
        CHECK(error.kind() == ErrorKind::AlreadyExists);
    }
    CHECK(namesIn(small.temp / "outside").empty());
    restore(small.archive, small.target(), {.overwrite = true});
    CHECK(namesIn(small.temp / "outside").empty());
    CHECK(difference(small.temp / "source", small.target()) == "");
}

TEST_CASE("FilesEngine: a cut archive is refused and the target is as it was", "[files]") {
    Small small;
    fs::create_directories(small.target());
    writeFile(small.target() / "old", "old");
    // Between two members is where libarchive itself would see nothing wrong.
    for (std::size_t size = 0; size < small.archive.size(); size += 512) {
        INFO(size);
        const auto error =
            errorOf([&] { restore(small.archive.substr(0, size), small.target(), {.overwrite = true}); });
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK(namesIn(small.target()) == std::vector<std::string>{"old"});
    }
    CHECK(errorOf([&] {
              restore(small.archive + std::string(512, 'x'), small.target(), {.overwrite = true});
          }).kind() == ErrorKind::Integrity);
    restore(small.archive + std::string(10'240, '\0'), small.target(), {.overwrite = true});
}

TEST_CASE("FilesEngine: a restore that is stopped or fails leaves nothing behind", "[files]") {
    Small small;
    fs::create_directories(small.temp / "big");
    for (int i = 0; i < 50; ++i)
        writeFile(small.temp / "big" / std::to_string(i), std::string(50'000, 'x'));
    const std::string archive = dump(small.temp / "big");
    RecordingRun run;
    auto engine = engineFor(small.target());
    MemorySource source(archive);
    source.on_read = [&](std::size_t bytes) {
        if (bytes > archive.size() / 2) run.requestStop();
    };
    sdk::RestoreRequest request;
    request.object = {"/original", "tar", "database", "{}"};
    request.database = small.target().string();
    CHECK(errorOf([&] { engine.restore(request, source, run); }).kind() == ErrorKind::Cancelled);
    CHECK_FALSE(fs::exists(small.target()));

    MemorySource broken(archive);
    broken.on_read = [&](std::size_t bytes) {
        if (bytes > archive.size() / 2) throw sdk::Error(ErrorKind::Unavailable, "the line is cut");
    };
    RecordingRun other;
    CHECK(errorOf([&] { engine.restore(request, broken, other); }).kind() == ErrorKind::Unavailable);
    CHECK_FALSE(fs::exists(small.target()));
}

TEST_CASE("FilesEngine: restores go into the source's folders and those that it allows only", "[files]") {
    Small small;
    RecordingRun run;
    const std::string allowed = small.temp.path().string() + "/allowed";
    fs::create_directories(allowed + "/sub");
    fs::create_directory_symlink("/", allowed + "/link");
    auto engine = engineFor(small.temp / "source", R"("restoreFolders":[")" + allowed + "\"]");
    const auto request = [&](const std::string& target) {
        sdk::RestoreRequest made;
        made.object = {(small.temp / "source").string(), "tar", "database", "{}"};
        made.database = target;
        return made;
    };
    const auto kindFor = [&](const std::string& target) {
        return errorOf([&] { engine.checkRestore(request(target), run); }).kind();
    };
    CHECK(kindFor("/etc/new") == ErrorKind::Permission);
    CHECK(kindFor(allowed) == ErrorKind::Permission);
    CHECK(kindFor(allowed + "/../outside") == ErrorKind::Settings);
    CHECK(kindFor("relative") == ErrorKind::Settings);
    CHECK_NOTHROW(engine.checkRestore(request(allowed + "/sub/new"), run));
    CHECK_THROWS_AS(engine.checkRestore(request(allowed + "/link/tmp/new"), run), sdk::Error);
    CHECK_THROWS_AS(engine.checkRestore(request(allowed + "/link"), run), sdk::Error);
    CHECK(kindFor(allowed + "/missing/new") == ErrorKind::NotFound);
    MemorySource source(small.archive);
    engine.restore(request(allowed + "/sub/new"), source, run);
    CHECK(difference(small.temp / "source", allowed + "/sub/new") == "");
    // Without a name its own folder is meant.
    CHECK(kindFor("") == ErrorKind::AlreadyExists);
}

TEST_CASE("FilesEngine: an empty folder and a folder of many files come back", "[files]") {
    const TempDir temp;
    fs::create_directories(temp / "empty");
    restore(dump(temp / "empty"), temp / "target");
    CHECK(difference(temp / "empty", temp / "target") == "");
    fs::create_directories(temp / "many");
    for (int i = 0; i < 5000; ++i)
        writeFile(temp / "many" / std::to_string(i), std::to_string(i));
    restore(dump(temp / "many"), temp / "target2");
    CHECK(difference(temp / "many", temp / "target2") == "");
}
