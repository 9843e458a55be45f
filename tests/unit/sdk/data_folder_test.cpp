#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/data_folder.h>
#include <dbackup/sdk/error.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file) {
    std::ofstream(file) << "data";
}

void unpackTwo(const fs::path& folder) {
    write(folder / "ibdata1");
    fs::create_directory(folder / "shop");
    write(folder / "shop" / "orders.ibd");
}

/// @return what the error says
std::string refusalOf(const fs::path& folder) {
    try {
        DataFolder(folder).requireEmpty();
    } catch (const Error& error) {
        return error.text();
    }
    return {};
}

uid_t ownerOf(const fs::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_uid;
}

}  // namespace

TEST_CASE("DataFolder: must be named, and empty or missing", "[sdk]") {
    const TempDir place;
    CHECK_THROWS_WITH(DataFolder(""), Contains("no folder is set"));
    CHECK(refusalOf(place / "new").empty());
    fs::create_directory(place / "empty");
    CHECK(refusalOf(place / "empty").empty());
    fs::create_directory(place / "full");
    write(place / "full" / "file");
    CHECK_THAT(refusalOf(place / "full"), Contains("is no empty folder"));
    CHECK_THAT(refusalOf(place / "full" / "file"), Contains("is no empty folder"));
    CHECK_THAT(refusalOf(place / "nowhere" / "data"), Contains("there is no folder") && Contains("nowhere"));
}

TEST_CASE("DataFolder: is filled with what was unpacked, and closed when it was made", "[sdk]") {
    const TempDir place;
    RecordingRun run;
    const DataFolder folder(place / "data");
    folder.fill(unpackTwo, "mysql", run);
    CHECK(fs::exists(folder.path() / "ibdata1"));
    CHECK(fs::exists(folder.path() / "shop" / "orders.ibd"));
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
    CHECK(fs::status(folder.path()).permissions() == fs::perms::owner_all);
    REQUIRE(run.entries().size() == 1);
    CHECK_THAT(run.entries().front().message, Contains("chown -R mysql:mysql"));
}

TEST_CASE("DataFolder: stays empty when the unpacking fails or the run is stopped", "[sdk]") {
    const TempDir place;
    RecordingRun run;
    const DataFolder folder(place / "data");
    const auto fails = [](const fs::path& unfinished) {
        unpackTwo(unfinished);
        throw Error(ErrorKind::Integrity, "cut off");
    };
    CHECK_THROWS_WITH(folder.fill(fails, "mysql", run), Contains("cut off"));
    CHECK(fs::is_empty(folder.path()));
    const auto stopped = [&](const fs::path& unfinished) {
        unpackTwo(unfinished);
        run.requestStop();
    };
    CHECK_THROWS_AS(folder.fill(stopped, "mysql", run), Error);
    CHECK(fs::is_empty(folder.path()));
    CHECK(refusalOf(folder.path()).empty());
}

TEST_CASE("DataFolder: what cannot be made is an error with its path", "[sdk]") {
    const TempDir place;
    RecordingRun run;
    write(place / "file");
    CHECK_THROWS_WITH(DataFolder(place / "file" / "data").fill(unpackTwo, "mysql", run),
                      Contains("cannot fill"));
}

TEST_CASE("DataFolder: root gives the files to the folder's owner", "[sdk]") {
    if (::geteuid() != 0) return;  // only root can
    constexpr uid_t nobody = 65534;
    const TempDir place;
    RecordingRun run;
    const DataFolder folder(place / "data");
    fs::create_directory(folder.path());
    REQUIRE(::chown(folder.path().c_str(), nobody, nobody) == 0);
    folder.fill(unpackTwo, "mysql", run);
    CHECK(ownerOf(folder.path() / "ibdata1") == nobody);
    CHECK(ownerOf(folder.path() / "shop" / "orders.ibd") == nobody);
    CHECK(run.entries().empty());
}
