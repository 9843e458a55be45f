#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "tests/integration/files/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

/// A target beside a folder that must stay as it is.
struct Place {
    TempDir temp;
    Place() {
        fs::create_directories(temp / "outside");
        writeFile(temp / "outside/file", "untouched");
    }
    /// Restores and requires that it is refused and nothing has changed.
    void refused(const HostileArchive& archive) const {
        const auto error = errorOf([&] { restore(archive.bytes(), temp / "target"); });
        INFO(error.text());
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK_FALSE(fs::exists(temp / "target"));
        untouched();
    }
    void untouched() const {
        CHECK(readFile(temp / "outside/file") == "untouched");
        CHECK(namesIn(temp / "outside") == std::vector<std::string>{"file"});
        CHECK(fs::hard_link_count(temp / "outside/file") == 1);
        CHECK_FALSE(fs::exists("/dbackup-hostile"));
    }
};

}  // namespace

TEST_CASE("Extractor: the hostile archives of these tests are archives", "[files]") {
    const Place place;
    restore(HostileArchive()
                .folder("./")
                .folder("a")
                .file("a/b", "data")
                .link("c", "a/b")
                .hardLink("d", "a/b")
                .bytes(),
            place.temp / "target");
    CHECK(readFile(place.temp / "target/c") == "data");
    CHECK(fs::hard_link_count(place.temp / "target/d") == 2);
}

TEST_CASE("Extractor: names that lead out of the folder are refused", "[files]") {
    const Place place;
    const std::string absolute = (place.temp / "outside/file").string();
    place.refused(HostileArchive().file("../outside/file"));
    place.refused(HostileArchive().file("a/../../outside/file"));
    place.refused(HostileArchive().file(absolute));
    place.refused(HostileArchive().folder("/dbackup-hostile"));
    place.refused(HostileArchive().folder(".."));
    place.refused(HostileArchive().file("good").link("../outside/link", "x"));
    place.refused(HostileArchive().file("./"));
}

TEST_CASE("Extractor: nothing is written through a link", "[files]") {
    const Place place;
    const std::string outside = (place.temp / "outside").string();
    place.refused(HostileArchive().link("a", outside).file("a/file"));
    place.refused(HostileArchive().link("a", outside).folder("a/new"));
    place.refused(HostileArchive().link("a", outside).link("a/link", "x"));
    place.refused(HostileArchive().link("a", outside).folder("a", 0777));
    place.refused(HostileArchive().folder("a").link("a/b", "../../outside").file("a/b/file"));
    place.refused(HostileArchive().link("a", "..").link("b", "a/outside").file("b/file"));
    place.refused(HostileArchive().folder("a").link("a", outside).file("a/file"));
}

TEST_CASE("Extractor: a file that follows a link of its name takes its place", "[files]") {
    const Place place;
    const std::string file = (place.temp / "outside/file").string();
    restore(HostileArchive().link("a", file).file("a", "inside").bytes(), place.temp / "target");
    CHECK(readFile(place.temp / "target/a") == "inside");
    CHECK_FALSE(fs::is_symlink(place.temp / "target/a"));
    place.untouched();
}

TEST_CASE("Extractor: hard links reach nothing outside", "[files]") {
    const Place place;
    place.refused(HostileArchive().hardLink("a", (place.temp / "outside/file").string()));
    place.refused(HostileArchive().hardLink("a", "../outside/file"));
    place.refused(HostileArchive().link("a", (place.temp / "outside").string()).hardLink("b", "a/file"));
    // A hard link to a link is the link once more, and a file of that name replaces it.
    restore(HostileArchive()
                .link("a", (place.temp / "outside/file").string())
                .hardLink("b", "a")
                .file("b", "inside")
                .bytes(),
            place.temp / "target");
    place.untouched();
}

TEST_CASE("Extractor: a folder and a file of one name are refused", "[files]") {
    const Place place;
    place.refused(HostileArchive().folder("a").file("a/x").file("a"));
    place.refused(HostileArchive().file("a").folder("a"));
    place.refused(HostileArchive().file("a").file("a/b"));
}

TEST_CASE("Extractor: members in an odd order come out right", "[files]") {
    const Place place;
    restore(HostileArchive()
                .file("x/y/z", "z")
                .folder("x/y", 0750)
                .folder("q")
                .file("x/w", "w")
                .folder("x", 0705)
                .bytes(),
            place.temp / "target");
    CHECK(readFile(place.temp / "target/x/y/z") == "z");
    CHECK(fs::status(place.temp / "target/x/y").permissions() == fs::perms(0750));
    CHECK(fs::status(place.temp / "target/x").permissions() == fs::perms(0705));
}

TEST_CASE("ArchiveReader: what is no tar archive is refused", "[files]") {
    const Place place;
    for (const std::string& bytes : {std::string(), std::string("no archive"), std::string(100'000, 'x')}) {
        CHECK(errorOf([&] { restore(bytes, place.temp / "target"); }).kind() == ErrorKind::Integrity);
        CHECK_FALSE(fs::exists(place.temp / "target"));
    }
}

TEST_CASE("ArchiveReader: no change of a byte of the archive gets a restore out of its folder", "[files]") {
    const Place place;
    const std::string archive = HostileArchive()
                                    .folder("./")
                                    .folder("a")
                                    .file("a/b", "data")
                                    .link("l", "../outside")
                                    .hardLink("h", "a/b")
                                    .bytes();
    int good = 0;
    for (std::size_t at = 0; at < archive.size() - 1024; at += 3) {
        std::string changed = archive;
        changed[at] = static_cast<char>(changed[at] ^ 0x2e);
        try {
            restore(changed, place.temp / "target");
            ++good;
            removeAll(place.temp / "target");
        } catch (const sdk::Error& error) {
            CHECK_FALSE(fs::exists(place.temp / "target"));
        }
    }
    CHECK(good > 0);
    place.untouched();
}
