#include "core/worker/verification.h"

#include <catch2/catch.hpp>

#include "harness.h"
#include "tests/support/damaged_objects.h"

using namespace dbackup;
using namespace dbackup::test;
using worker::Verification;

namespace {

/// An object in two volumes of one size, and one in a single volume.
struct Fixture {
    explicit Fixture(MemoryTarget::Hook hook = {}, const pipeline::Delivery& delivery = {})
        : target(std::move(hook)), where({"d", "NAS", "plugin memory", target, context, delivery}) {
        const std::string text = sampleText(2000);
        target.put("j/b/a.000", text.substr(0, 1000));
        target.put("j/b/a.001", text.substr(1000));
        target.put("j/b/b", "small");
        ManifestObject cut;
        cut.name = "a";
        cut.compression = "none";
        cut.size_bytes = cut.original_bytes = 2000;
        cut.original_sha256 = sha256Hex(text);
        cut.volumes = {{"a.000", 1000, sha256Hex(text.substr(0, 1000))},
                       {"a.001", 1000, sha256Hex(text.substr(1000))}};
        ManifestObject small;
        small.name = "b";
        small.compression = "none";
        small.size_bytes = small.original_bytes = 5;
        small.original_sha256 = sha256Hex("small");
        small.volumes = {{"b", 5, sha256Hex("small")}};
        objects = {cut, small};
    }
    std::optional<Error> check(VerifyMode mode) {
        worker::Stage stage(harness.run, "Verifying");
        try {
            Verification(where, mode, "j/b", stage).check(objects);
        } catch (const Error& error) {
            return error;
        }
        stage.end();
        CHECK(harness.sent().back().bytes == 2005);
        return std::nullopt;
    }

    Harness harness;
    RecordingContext context;
    MemoryTarget target;
    pipeline::Destination where;
    std::vector<ManifestObject> objects;
};

/// Throws when bytes are read.
void refuseReading(std::string_view step, const std::string&) {
    if (step == "open") throw Error(ErrorKind::Permission, "reading is not allowed");
}

}  // namespace

TEST_CASE("Verification: what is as it was stored passes in every mode", "[worker]") {
    const auto mode = GENERATE(VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full);
    Fixture fixture;
    fixture.target.checksum_prefix = GENERATE("", "sha256:", "md5:");
    CHECK_FALSE(fixture.check(mode));
}

TEST_CASE("Verification: every damage is found, with object and destination", "[worker]") {
    const auto damage = GENERATE(from_range(damages()));
    const std::string prefix = GENERATE("", "sha256:");
    CAPTURE(damage.title, prefix);
    Fixture fixture;
    fixture.target.checksum_prefix = prefix;
    damage.inflict(fixture.target, "j/b/a.000", "j/b/a.001", fixture.context);
    for (const auto mode : {VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full}) {
        CAPTURE(toString(mode));
        if (mode == VerifyMode::Size && !damage.changes_size) continue;
        const auto error = fixture.check(mode);
        REQUIRE(error);
        CHECK((error->kind() == ErrorKind::Integrity || error->kind() == ErrorKind::NotFound));
        CHECK_THAT(error->what(), Catch::Contains("j/b/a.00") && Catch::Contains("'NAS'"));
    }
}

TEST_CASE("Verification: only size reads nothing, and the server's SHA-256 saves reading", "[worker]") {
    Fixture fixture(refuseReading);
    CHECK_FALSE(fixture.check(VerifyMode::Size));
    CHECK(fixture.check(VerifyMode::Checksum)->kind() == ErrorKind::Permission);
    fixture.target.checksum_prefix = "sha256:";
    CHECK_FALSE(fixture.check(VerifyMode::Checksum));
    CHECK(fixture.check(VerifyMode::Full)->kind() == ErrorKind::Permission);
}

TEST_CASE("Verification: a checksum of another algorithm counts for nothing", "[worker]") {
    Fixture fixture(refuseReading);
    fixture.target.checksum_prefix = GENERATE("md5:", "crc64nvme:", "sha256");
    CHECK(fixture.check(VerifyMode::Checksum)->kind() == ErrorKind::Permission);
}

TEST_CASE("Verification: full finds what was wrong before it was stored", "[worker]") {
    Fixture fixture;
    fixture.objects[1].original_sha256 = sha256Hex("other");
    CHECK_FALSE(fixture.check(VerifyMode::Checksum));
    const auto error = fixture.check(VerifyMode::Full);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::Integrity);
    CHECK_THAT(error->what(), Catch::Contains("object b on 'NAS' is not what was dumped"));
}

TEST_CASE("Verification: a broken connection is tried again, and its bytes count once", "[worker]") {
    const auto mode = GENERATE(VerifyMode::Checksum, VerifyMode::Full);
    Fixture fixture(breakAt("read", 2), {1, 0, std::chrono::milliseconds(1)});
    CHECK_FALSE(fixture.check(mode));
    Fixture strict(breakAt("read", 2));
    CHECK(strict.check(mode)->kind() == ErrorKind::Unavailable);
}

TEST_CASE("Backup: each destination is verified in its own way, and a mismatch fails it alone", "[worker]") {
    const auto mode = GENERATE(VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full);
    Harness harness;
    // Keeps something else than what it was given, of the same size.
    MemoryTarget* false_friend = nullptr;
    false_friend = &harness.addTarget("d2", [&](std::string_view step, const std::string& name) {
        const auto objects = false_friend->objects();
        if (step != "create" && step != "open") return;
        const auto found = objects.find("job/backup/alpha.bin.zst");
        if (found != objects.end() && step == "open" && name == found->first) {
            false_friend->put(name, std::string(found->second.size(), 'x'));
        }
    });
    auto request = harness.backupRequest();
    request.destinations[1].verify = mode;
    const auto result = resultOf(harness.backup(request));
    CHECK(result.destinations[0].ok);
    CHECK(result.destinations[1].ok == (mode == VerifyMode::Size));
    CHECK(result.outcome == (mode == VerifyMode::Size ? Outcome::Success : Outcome::Partial));
}
