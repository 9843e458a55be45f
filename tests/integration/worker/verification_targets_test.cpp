#include <catch2/catch.hpp>

#include "core/plugin/plugin_library.h"
#include "core/worker/verification.h"
#include "tests/support/damaged_objects.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/core/worker/harness.h"

using namespace dbackup;
using namespace dbackup::test;
using worker::Verification;

namespace {

/// One target with what it takes to use it. Others are added to targets().
struct TargetUnderTest {
    std::string component;
    std::string plugin_file;
    std::function<std::string(const TempDir&)> settings;  ///< JSON
};

std::vector<TargetUnderTest> targets() {
    return {{"local-filesystem",
             LOCAL_PLUGIN,
             [](const TempDir& dir) { return R"({"basePath":")" + (dir / "base").string() + R"("})"; }},
            {"plain-folder", FOLDER_PLUGIN, [](const TempDir& dir) {
                 return R"({"folder":")" + dir.path().string() + R"("})";
             }}};
}

/// Two volumes of one object on a real target.
struct Stored {
    explicit Stored(const TargetUnderTest& kind)
        : library(kind.plugin_file), target(library.target(kind.component, kind.settings(dir))) {
        const std::string text = sampleText(2 * 700'000);
        object.name = "shop.bin";
        object.compression = "none";
        object.size_bytes = object.original_bytes = static_cast<std::int64_t>(text.size());
        object.original_sha256 = sha256Hex(text);
        for (const auto& [name, content] : std::map<std::string, std::string>{
                 {"shop.bin", text.substr(0, 700'000)}, {"shop.bin.001", text.substr(700'000)}}) {
            replaceObject(*target, "job/backup/" + name, content, context);
            object.volumes.push_back({name, 700'000, sha256Hex(content)});
        }
    }
    ErrorKind check(VerifyMode mode) {
        pipeline::Destination where({"d", "NAS", "plugin", *target, context});
        worker::Stage stage(harness.run, "Verifying");
        try {
            Verification(where, mode, "job/backup", stage).check({object});
        } catch (const Error& error) {
            CHECK_THAT(error.what(), Catch::Contains("job/backup/shop.bin"));
            return error.kind();
        }
        return ErrorKind::None;
    }

    TempDir dir;
    Harness harness;
    RecordingContext context;
    plugin::PluginLibrary library;
    std::shared_ptr<sdk::StorageTarget> target;
    ManifestObject object;
};

}  // namespace

TEST_CASE("Verification: on a real target what is whole passes and every damage is found", "[targets]") {
    for (const TargetUnderTest& kind : targets()) {
        CAPTURE(kind.component);
        const auto modes = {VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full};
        {
            Stored whole(kind);
            for (const auto mode : modes)
                CHECK(whole.check(mode) == ErrorKind::None);
        }
        for (const Damage& damage : damages()) {
            CAPTURE(damage.title);
            Stored damaged(kind);
            damage.inflict(
                *damaged.target, "job/backup/shop.bin", "job/backup/shop.bin.001", damaged.context);
            for (const auto mode : modes) {
                CAPTURE(toString(mode));
                const bool found = mode != VerifyMode::Size || damage.changes_size;
                const bool missing = damage.title == "an object missing";
                const ErrorKind expected = missing ? ErrorKind::NotFound : ErrorKind::Integrity;
                CHECK(damaged.check(mode) == (found ? expected : ErrorKind::None));
            }
        }
    }
}
