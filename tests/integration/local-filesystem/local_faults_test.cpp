#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "local_fixture.h"
#include "tests/support/small_disk.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// Writes until it fails. @return the kind of error
ErrorKind fill(LocalFixture& fixture, const std::string& name) {
    return fixture.kindOf([&] {
        const auto writer = fixture.create(name);
        const std::string block = sampleText(1 << 20);
        for (int i = 0; i < 64; ++i)
            writer->write(std::as_bytes(std::span(block.data(), block.size())));
        writer->commit();
    });
}

/// Root may do everything: gives its rights up for a while, and the folder to whom it is then.
class OrdinaryUser {
public:
    explicit OrdinaryUser(const std::filesystem::path& folder) : was_(geteuid()) {
        if (was_ != 0) return;
        REQUIRE(chown(folder.c_str(), nobody, static_cast<gid_t>(-1)) == 0);
        REQUIRE(seteuid(nobody) == 0);
    }
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;
    ~OrdinaryUser() {
        if (was_ == 0 && seteuid(0) != 0) std::terminate();
    }

private:
    static constexpr uid_t nobody = 65534;
    const uid_t was_;
};

}  // namespace

TEST_CASE("LocalTarget: a full disk is named and leaves nothing", "[local]") {
    const TempDir dir;
    const SmallDisk disk(dir / "disk");
    if (!disk.mounted()) {
        WARN("may not mount a file system; the limit on a file's size stands in for it");
        return;
    }
    LocalFixture fixture((disk.path() / "base").string());
    CHECK(fill(fixture, "job/backup/a") == ErrorKind::NoSpace);
    CHECK(fixture.last_error.find(fixture.base.string() + "/job/backup/a") != std::string::npos);
    CHECK(fixture.tree().empty());
    CHECK(fixture.run.leftovers().empty());
    fixture.put("job/backup/small", "fits");
}

TEST_CASE("LocalTarget: a file that may not grow is named and leaves nothing", "[local]") {
    LocalFixture fixture;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limited{5 << 20, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
    const ErrorKind kind = fill(fixture, "job/backup/a");
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(kind == ErrorKind::NoSpace);
    CHECK(fixture.last_error.find(fixture.base.string() + "/job/backup/a") != std::string::npos);
    CHECK(fixture.tree().empty());
}

TEST_CASE("LocalTarget: links in the folder lead nowhere", "[local]") {
    LocalFixture fixture;
    fixture.put("job/kept/a", "x");
    const auto outside = fixture.dir / "outside";
    std::filesystem::create_directory(outside);
    writeFile(outside / "a", "secret");
    std::filesystem::create_directory_symlink(outside, fixture.base / "job" / "link");
    std::filesystem::create_symlink(outside / "a", fixture.base / "job" / "file");
    std::filesystem::create_directory_symlink("kept", fixture.base / "job" / "inner");

    for (const char* name : {"job/link/b", "job/inner/b"}) {
        CAPTURE(name);
        CHECK(fixture.kindOf([&] { fixture.put(name, "x"); }) == ErrorKind::Permission);
        CHECK(fixture.last_error.find("symbolic link") != std::string::npos);
    }
    CHECK(fixture.kindOf([&] { fixture.get("job/link/a"); }) == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] { fixture.get("job/file"); }) == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] { fixture.target.remove("job/link/a", fixture.run); }) == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] { fixture.list("job/link/"); }) == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] { fixture.put("job/file", "x"); }) == ErrorKind::AlreadyExists);
    CHECK_FALSE(fixture.target.stat("job/file", fixture.run));
    // A link that is replaced or removed goes itself; what it leads to stays.
    const auto writer = fixture.create("job/file", sdk::IfExists::Replace);
    writer->commit();
    CHECK(fixture.target.remove("job/file", fixture.run));
    CHECK(std::filesystem::file_size(outside / "a") == 6);
    CHECK(std::distance(std::filesystem::directory_iterator(outside), {}) == 1);
}

TEST_CASE("LocalTarget: names that could lead out are refused", "[local]") {
    LocalFixture fixture;
    const std::string long_part(256, 'x');
    for (const std::string& name : {std::string(""),
                                    std::string("/etc/passwd"),
                                    std::string("../x"),
                                    std::string("a/../../x"),
                                    std::string("a//b"),
                                    std::string("a/./b"),
                                    std::string("a/"),
                                    std::string("."),
                                    std::string("a\0b", 3),
                                    std::string("a/.b.0123456789abcdef.partial"),
                                    "a/" + long_part}) {
        CAPTURE(name);
        CHECK(fixture.kindOf([&] { fixture.put(name, "x"); }) == ErrorKind::Settings);
        CHECK(fixture.kindOf([&] { fixture.get(name); }) == ErrorKind::Settings);
        CHECK(fixture.kindOf([&] { fixture.target.remove(name, fixture.run); }) == ErrorKind::Settings);
    }
    CHECK_FALSE(std::filesystem::exists(fixture.base));
}

TEST_CASE("LocalTarget: what stands in the way is named", "[local]") {
    LocalFixture fixture;
    fixture.put("job/file", "x");
    CHECK(fixture.kindOf([&] { fixture.put("job/file/below", "x"); }) == ErrorKind::NotFound);
    CHECK(fixture.last_error.find("job/file") != std::string::npos);
    CHECK(fixture.kindOf([&] { fixture.get("job"); }) == ErrorKind::NotFound);
    CHECK(fixture.kindOf([&] { fixture.target.remove("job", fixture.run); }) != ErrorKind::None);
    CHECK_FALSE(fixture.target.stat("job", fixture.run));

    LocalFixture below(fixture.base.string() + "/job/file/base");
    CHECK(below.kindOf([&] { below.put("a", "x"); }) != ErrorKind::None);
    CHECK(below.kindOf([&] { below.list(); }) != ErrorKind::None);
    CHECK(fixture.run.leftovers().empty());
    CHECK(below.run.leftovers().empty());
}

TEST_CASE("LocalTarget: folders that may not be used are named", "[local]") {
    LocalFixture fixture;
    const OrdinaryUser user(fixture.dir.path());
    fixture.put("job/a", "x");
    REQUIRE(chmod((fixture.base / "job").c_str(), 0500) == 0);
    CHECK(fixture.kindOf([&] { fixture.put("job/b", "x"); }) == ErrorKind::Permission);
    CHECK(fixture.last_error.find(fixture.base.string() + "/job/b") != std::string::npos);
    CHECK(fixture.kindOf([&] { fixture.put("job/deeper/b", "x"); }) == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] { fixture.target.remove("job/a", fixture.run); }) == ErrorKind::Permission);
    REQUIRE(chmod((fixture.base / "job").c_str(), 0000) == 0);
    CHECK(fixture.kindOf([&] { fixture.list(); }) == ErrorKind::Permission);
    CHECK(fixture.kindOf([&] { fixture.get("job/a"); }) == ErrorKind::Permission);
    REQUIRE(chmod((fixture.base / "job").c_str(), 0700) == 0);
    CHECK(fixture.get("job/a") == "x");
    CHECK(fixture.run.leftovers().empty());
}

TEST_CASE("LocalTarget: what an abort cannot remove stays announced", "[local]") {
    LocalFixture fixture;
    const OrdinaryUser user(fixture.dir.path());
    {
        const auto writer = fixture.create("job/a");
        REQUIRE(chmod((fixture.base / "job").c_str(), 0500) == 0);
    }
    REQUIRE(chmod((fixture.base / "job").c_str(), 0700) == 0);
    REQUIRE(fixture.run.leftovers().size() == 1);
    REQUIRE(fixture.run.messages().size() == 1);
    CHECK(fixture.run.messages()[0].find("Could not remove the unfinished file of") == 0);
    fixture.target.cleanup(*fixture.run.leftovers().begin(), fixture.run);
    CHECK(fixture.tree().empty());
}

TEST_CASE("LocalTarget: a base that is a link is the administrator's choice", "[local]") {
    LocalFixture fixture;
    std::filesystem::create_directory(fixture.dir / "disk");
    std::filesystem::create_directory_symlink(fixture.dir / "disk", fixture.base);
    fixture.put("job/a", "x");
    CHECK(std::filesystem::exists(fixture.dir / "disk" / "job" / "a"));
}
