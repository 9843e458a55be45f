#include "tests/support/verified_damage.h"

#include <catch2/catch.hpp>

#include "core/plugin/plugin_library.h"
#include "core/worker/verification.h"
#include "tests/support/damaged_objects.h"
#include "tests/support/recording_run.h"
#include "tests/unit/core/worker/harness.h"

namespace dbackup::test {

namespace {

constexpr std::int64_t volume_bytes = 700'000;

/// Two volumes of one object on a real target; stored anew, they replace what was damaged.
class Stored {
public:
    Stored(const std::string& plugin_file, const std::string& component, const std::string& settings)
        : library_(plugin_file), target_(library_.target(component, settings)) {
        text_ = sampleText(2 * volume_bytes);
        object_.name = "shop.bin";
        object_.compression = "none";
        object_.size_bytes = object_.original_bytes = 2 * volume_bytes;
        object_.original_sha256 = sha256Hex(text_);
        for (const auto& [name, content] : volumes())
            object_.volumes.push_back({name, volume_bytes, sha256Hex(content)});
    }

    void store() {
        for (const auto& [name, content] : volumes())
            replaceObject(*target_, "job/backup/" + name, content, context_);
    }

    void damage(const Damage& damage) {
        damage.inflict(*target_, "job/backup/shop.bin", "job/backup/shop.bin.001", context_);
    }

    ErrorKind check(VerifyMode mode) {
        pipeline::Destination where({"d", "NAS", "plugin", *target_, context_});
        worker::Stage stage(harness_.run, "Verifying");
        try {
            worker::Verification(where, mode, "job/backup", stage).check({object_});
        } catch (const Error& error) {
            CHECK_THAT(error.what(), Catch::Contains("job/backup/shop.bin"));
            return error.kind();
        }
        return ErrorKind::None;
    }

private:
    std::map<std::string, std::string> volumes() const {
        return {{"shop.bin", text_.substr(0, volume_bytes)}, {"shop.bin.001", text_.substr(volume_bytes)}};
    }

    Harness harness_;
    RecordingRun context_;
    plugin::PluginLibrary library_;
    std::shared_ptr<sdk::StorageTarget> target_;
    std::string text_;
    ManifestObject object_;
};

}  // namespace

void requireVerifierFinds(const std::string& plugin_file,
                          const std::string& component,
                          const std::string& settings,
                          const std::vector<VerifyMode>& modes) {
    Stored stored(plugin_file, component, settings);
    stored.store();
    for (const auto mode : modes)
        REQUIRE(stored.check(mode) == ErrorKind::None);
    for (const Damage& damage : damages()) {
        CAPTURE(component, damage.title);
        stored.store();
        stored.damage(damage);
        for (const auto mode : modes) {
            CAPTURE(toString(mode));
            const bool found = mode != VerifyMode::Size || damage.changes_size;
            const bool missing = damage.title == "an object missing";
            const ErrorKind expected = missing ? ErrorKind::NotFound : ErrorKind::Integrity;
            CHECK(stored.check(mode) == (found ? expected : ErrorKind::None));
        }
    }
}

}  // namespace dbackup::test
