#include "core/orchestrator/scratch_folder.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

using dbackup::orchestrator::ScratchFolder;
namespace fs = std::filesystem;

TEST_CASE("ScratchFolder: a folder of one's own that goes with what is in it", "[scratch]") {
    const dbackup::test::TempDir dir;
    const dbackup::Log log(dbackup::Log::Level::Error);
    fs::path path;
    {
        const ScratchFolder scratch(dir / "root" / "deep", log);
        const ScratchFolder other(dir / "root" / "deep", log);
        path = scratch.path();
        CHECK(path != other.path());
        CHECK(fs::status(path).permissions() == fs::perms::owner_all);
        fs::create_directory(path / "sub");
        std::ofstream(path / "sub" / "file") << "x";
    }
    CHECK(fs::exists(dir / "root" / "deep"));
    CHECK(fs::is_empty(dir / "root" / "deep"));
}

TEST_CASE("ScratchFolder: what crashed runs left is removed, and nothing else", "[scratch]") {
    const dbackup::test::TempDir dir;
    const dbackup::Log log(dbackup::Log::Level::Error);
    fs::create_directories(dir / "root" / "run-1" / "sub");
    std::ofstream(dir / "kept") << "x";
    fs::create_symlink(dir / "kept", dir / "root" / "link");
    ScratchFolder::removeStale(dir / "root", log);
    CHECK(fs::is_empty(dir / "root"));
    CHECK(fs::exists(dir / "kept"));
    ScratchFolder::removeStale(dir / "not there", log);
}

TEST_CASE("ScratchFolder: a root that is no folder is an error that names it", "[scratch]") {
    const dbackup::test::TempDir dir;
    const dbackup::Log log(dbackup::Log::Level::Error);
    std::ofstream(dir / "file") << "x";
    try {
        const ScratchFolder scratch(dir / "file", log);
        FAIL("made a folder below a file");
    } catch (const dbackup::Error& error) {
        CHECK(std::string(error.what()).find((dir / "file").string()) != std::string::npos);
    }
}
