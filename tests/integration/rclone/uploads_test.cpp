#include <fstream>

#include <catch2/catch.hpp>

#include "rclone_target.h"
#include "tests/integration/rclone/fixture.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using dbackup::rclone::RcloneTarget;

namespace {

void makeTool(const std::filesystem::path& file, const std::string& script) {
    std::ofstream(file) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

/// A local folder that passes for an object store: what rcat is given is seen when all of it has come.
class FakeStore {
public:
    /// @param rcat  what it does with "$address" and its input
    explicit FakeStore(const std::string& rcat) {
        std::filesystem::create_directory(folder_ / "data");
        const std::string place = (folder_ / "data").string();
        makeTool(folder_ / "rclone",
                 "case $1 in\n"
                 "backend) echo '{\"Hashes\": [\"md5\"], \"Features\": {\"BucketBased\": true}}' ;;\n"
                 "rcat) address=" +
                     place + "/${2#folder:}\n" + rcat +
                     " ;;\n"
                     "*) exec /usr/bin/rclone \"$@\" ;;\nesac\n");
        run.tool_path = folder_.path().string() + ":/usr/bin:/bin";
    }
    Settings settings() const { return rcloneSettings("folder:", folderConfig(folder_ / "data")); }
    std::filesystem::path operator/(const std::string& name) const { return folder_ / ("data/" + name); }

    RecordingRun run;

private:
    TempDir folder_;
};

constexpr const char* whole_upload = "cat >\"$address.up\" && mv \"$address.up\" \"$address\" || exit 1";

}  // namespace

TEST_CASE("RcloneTarget: an object store gets objects straight under their names", "[rclone]") {
    FakeStore store(whole_upload);
    RcloneTarget target(store.settings());
    const auto writer = target.create({"object", 5, IfExists::Fail}, store.run);
    CHECK(store.run.leftovers().empty());
    writer->write(std::as_bytes(std::span("bytes", 5)));
    const ObjectInfo info = writer->commit();
    CHECK(info.checksum == "sha256:277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9");
    CHECK(get(target, "object", store.run) == "bytes");
    CHECK(errorOf([&] { put(target, "object", "other", store.run); }).kind() == ErrorKind::AlreadyExists);
}

TEST_CASE("RcloneTarget: a writer that is given up has shown its rclone no end of the object", "[rclone]") {
    FakeStore store(whole_upload);
    RcloneTarget target(store.settings());
    for (int round = 0; round < 20; ++round) {
        const auto writer = target.create({"object", std::nullopt, IfExists::Replace}, store.run);
        writer->write(std::as_bytes(std::span("bytes", 5)));
    }
    CHECK_FALSE(std::filesystem::exists(store / "object"));
}

TEST_CASE("RcloneTarget: what did not arrive whole is refused and removed", "[rclone]") {
    FakeStore store("head -c 3 >\"$address.up\"; cat >/dev/null; mv \"$address.up\" \"$address\"");
    RcloneTarget target(store.settings());
    CHECK(errorOf([&] { put(target, "object", "bytes", store.run); }).kind() == ErrorKind::Integrity);
    CHECK_FALSE(std::filesystem::exists(store / "object"));
}

TEST_CASE("RcloneTarget: rclone's exit status counts, and its words tell the kind", "[rclone]") {
    const std::string seen = std::string(whole_upload) + "; ";
    FakeStore full(seen + "echo 'Failed to rcat: quota exceeded' >&2; exit 1");
    RcloneTarget target(full.settings());
    const Error error = errorOf([&] { put(target, "object", "bytes", full.run); });
    CHECK(error.kind() == ErrorKind::NoSpace);
    CHECK(std::string(error.what()).find("quota exceeded") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(full / "object"));
    FakeStore busy(seen + "exit 5");
    RcloneTarget later(busy.settings());
    CHECK(errorOf([&] { put(later, "object", "bytes", busy.run); }).retryable());
}

TEST_CASE("RcloneTarget: an rclone that ends in mid-upload ends the upload with its reason", "[rclone]") {
    FakeStore store("head -c 100 >/dev/null; echo 'connection reset by peer' >&2; exit 1");
    RcloneTarget target(store.settings());
    const Error error = errorOf([&] { put(target, "object", std::string(8 << 20, 'x'), store.run); });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_FALSE(std::filesystem::exists(store / "object"));
}

TEST_CASE("RcloneTarget: only a temporary name is a leftover", "[rclone]") {
    const TempDir folder;
    RecordingRun run;
    RcloneTarget target(rcloneSettings("folder:", folderConfig(folder.path())));
    put(target, "kept", "bytes", run);
    CHECK(errorOf([&] { target.cleanup("kept", run); }).kind() == ErrorKind::Settings);
    CHECK(errorOf([&] { target.cleanup("../.a.0123456789abcdef.partial", run); }).kind() ==
          ErrorKind::Settings);
    target.cleanup("job/.a.0123456789abcdef.partial", run);
    CHECK(get(target, "kept", run) == "bytes");
    CHECK(errorOf([&] { put(target, "../outside", "x", run); }).kind() == ErrorKind::Settings);
}
