#include <array>
#include <optional>

#include "core/base/hash.h"
#include "core/model/execution.h"
#include "core/pipeline/caught.h"
#include "core/worker/commands.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t read_bytes = 256U << 10;

/// What is wrong with one stored object.
struct Finding {
    std::string object;
    std::string expected;
    std::string actual;  ///< empty: it is not there
    std::string text;
};

class BackupCheck {
public:
    BackupCheck(const pipeline::Destination& where, Stage& stage)
        : where_(where), stage_(stage), buffer_(read_bytes) {}

    /// Goes through all objects: who looks for what is left wants to know all that is wrong.
    void check(const Manifest& manifest) {
        for (const ManifestObject& object : manifest.objects) {
            for (const pipeline::Volume& volume : volumesOf(object, manifest.path)) {
                if (auto finding = compare(volume)) findings_.push_back(std::move(*finding));
                last_expected_ = volume.sha256;
                ++volumes_;
            }
        }
    }

    JsonObject::Ptr result() const {
        JsonObject::Ptr data = newObject();
        data->set("status", findings_.empty() ? "passed" : "failed");
        data->set("objects", volumes_);
        data->set("sizeBytes", static_cast<Poco::Int64>(bytes_));
        if (!findings_.empty()) {
            data->set("expected", findings_.front().expected);
            data->set("actual", findings_.front().actual);
            data->set("error", text());
        } else if (volumes_ == 1) {
            data->set("expected", last_expected_);
            data->set("actual", last_expected_);
        }
        return data;
    }

private:
    std::optional<Finding> compare(const pipeline::Volume& volume) {
        Sha256 hash;
        std::uint64_t size = 0;
        try {
            pipeline::guarded(where_.plugin(), [&] {
                const auto reader = where_.target().open(volume.name, {}, where_.run());
                while (const std::size_t got = reader->read(buffer_)) {
                    where_.run().throwIfStopped();
                    hash.update(std::span(buffer_).first(got));
                    size += got;
                    stage_.add(got);
                }
            });
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NotFound) throw;
            return Finding{volume.name, volume.sha256, "", volume.name + " is missing"};
        }
        bytes_ += size;
        const std::string actual = hash.finishHex();
        if (size != volume.size_bytes) {
            return Finding{volume.name,
                           volume.sha256,
                           actual,
                           volume.name + " has " + std::to_string(size) + " bytes, " +
                               std::to_string(volume.size_bytes) + " were stored"};
        }
        if (actual == volume.sha256) return std::nullopt;
        return Finding{volume.name,
                       volume.sha256,
                       actual,
                       volume.name + " is damaged: its SHA-256 is not that of the bytes that were stored"};
    }

    std::string text() const {
        constexpr std::size_t most = 20;
        std::string text;
        for (std::size_t i = 0; i < findings_.size() && i < most; ++i)
            text += (i > 0 ? "; " : "") + findings_[i].text;
        if (findings_.size() > most) text += "; and " + std::to_string(findings_.size() - most) + " more";
        return text;
    }

    const pipeline::Destination& where_;
    Stage& stage_;
    std::vector<std::byte> buffer_;
    std::vector<Finding> findings_;
    std::string last_expected_;
    int volumes_ = 0;
    std::uint64_t bytes_ = 0;
};

JsonObject::Ptr damagedManifest(const std::string& reason) {
    JsonObject::Ptr data = newObject();
    data->set("status", "failed");
    data->set("objects", 0);
    data->set("sizeBytes", 0);
    data->set("error", reason);
    return data;
}

}  // namespace

protocol::Event verify(const JsonObject& json, Run& run, Components& components) {
    const protocol::ComponentRequest request = protocol::componentRequestFrom(json);
    run.setUp(request.setup);
    requireBackupPath(request.path);
    Stage initializing(run, stage::initializing);
    run.setStage(stage::initializing);
    initializing.start();
    OpenTarget open(request.component, run, components, run.stop());
    const pipeline::Destination& where = open.destination();
    Manifest manifest;
    try {
        manifest = readBackup(where, request.path);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Integrity) throw;
        return success(damagedManifest(error.text()));
    }
    initializing.end();

    Stage verifying(run, stage::verifying);
    run.setStage(stage::verifying);
    verifying.expect(manifest.totalBytes());
    verifying.start();
    BackupCheck check(where, verifying);
    check.check(manifest);
    const JsonObject::Ptr data = check.result();
    // A stage that failed is left open.
    if (textOr(*data, "status") == "passed") verifying.end();
    return success(data);
}

}  // namespace dbackup::worker
