#include "core/worker/verification.h"

#include <functional>
#include <thread>

#include <pthread.h>

#include <dbackup/sdk/retry.h>

#include "core/pipeline/caught.h"
#include "core/pipeline/decompressor.h"
#include "core/pipeline/object_source.h"
#include "core/pipeline/observer.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t read_bytes = 256U << 10;
constexpr std::string_view sha256_prefix = "sha256:";

/// Passes bytes on, at the destination's pace, and says how many.
class PacedSource final : public sdk::ByteSource {
public:
    PacedSource(const pipeline::Destination& where,
                std::vector<pipeline::Volume> volumes,
                std::function<void(std::size_t)> count)
        : where_(where), stored_(where, std::move(volumes)), count_(std::move(count)) {}
    PacedSource(const PacedSource&) = delete;
    PacedSource& operator=(const PacedSource&) = delete;
    ~PacedSource() override = default;

    std::size_t read(std::span<std::byte> into) override {
        pipeline::RateLimiter& limiter = where_.limiter();
        const std::size_t got = stored_.read(into.first(std::min(into.size(), limiter.sliceBytes())));
        limiter.take(got, where_.run().stop());
        count_(got);
        return got;
    }

private:
    const pipeline::Destination& where_;
    pipeline::StoredSource stored_;
    const std::function<void(std::size_t)> count_;
};

void drain(sdk::ByteSource& source) {
    std::vector<std::byte> buffer(read_bytes);
    while (source.read(buffer) != 0) {
    }
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void readObjects(const pipeline::Destination& where,
                 const std::vector<ManifestObject>& objects,
                 const std::string& path,
                 Stage& stage) {
    for (const ManifestObject& object : objects) {
        PacedSource source(where, volumesOf(object, path), [&](std::size_t bytes) { stage.add(bytes); });
        drain(source);
    }
}

void Verification::check(const std::vector<ManifestObject>& objects) {
    for (const ManifestObject& object : objects)
        checkObject(object);
}

void Verification::checkObject(const ManifestObject& object) {
    const pipeline::Delivery& delivery = where_.delivery();
    const sdk::RetryPolicy policy{delivery.retries + 1, delivery.retry_delay};
    const auto checked = [&](const std::function<void()>& action) {
        counted_ = 0;
        sdk::retry(policy, where_.run(), [&] {
            done_ = 0;
            action();
        });
    };
    if (mode_ == VerifyMode::Full) {
        checked([&] { readBack(object); });
        return;
    }
    for (const ManifestVolume& volume : object.volumes)
        checked([&] { checkVolume(volume); });
}

void Verification::checkVolume(const ManifestVolume& volume) {
    if (isProven(volume)) {
        count(static_cast<std::uint64_t>(volume.size_bytes));
        return;
    }
    PacedSource stored(
        where_,
        {{path_ + "/" + volume.name, static_cast<std::uint64_t>(volume.size_bytes), volume.sha256}},
        [this](std::size_t bytes) { count(bytes); });
    drain(stored);
}

void Verification::readBack(const ManifestObject& object) {
    pipeline::Unobserved unobserved;
    auto stored = std::make_unique<PacedSource>(
        where_, volumesOf(object, path_), [this](std::size_t bytes) { count(bytes); });
    pipeline::CheckedSource original(pipeline::makeDecompressor(object.compression, std::move(stored)),
                                     {object.name + " on '" + where_.name() + "'",
                                      static_cast<std::uint64_t>(object.original_bytes),
                                      object.original_sha256},
                                     unobserved);
    drain(original);
}

/// Does what the server says of the volume prove as much as is asked for?
/// @throws Error when it proves that the volume is damaged
bool Verification::isProven(const ManifestVolume& volume) {
    const std::string name = path_ + "/" + volume.name;
    const std::string title = "object " + name + " on '" + where_.name() + "'";
    const std::string hint = "Use another backup, or another copy of this one";
    const auto info =
        pipeline::guarded(where_.plugin(), [&] { return where_.target().stat(name, where_.run()); });
    if (!info) throw Error(ErrorKind::NotFound, title + " is missing");
    if (info->size_bytes != static_cast<std::uint64_t>(volume.size_bytes)) {
        throw Error(ErrorKind::Integrity,
                    title + " is damaged: it has " + std::to_string(info->size_bytes) + " bytes, " +
                        std::to_string(volume.size_bytes) + " were stored",
                    hint);
    }
    if (mode_ == VerifyMode::Size) return true;
    const std::string_view checksum = info->checksum;
    // What the server made of the bytes with another algorithm says nothing of ours.
    if (!checksum.starts_with(sha256_prefix)) return false;
    if (!equalsIgnoringCase(checksum.substr(sha256_prefix.size()), volume.sha256)) {
        throw Error(ErrorKind::Integrity,
                    title + " is damaged: the server's SHA-256 is not that of the bytes that were stored",
                    hint);
    }
    return true;
}

void Verification::count(std::uint64_t bytes) {
    done_ += bytes;
    if (done_ <= counted_) {
        where_.run().progress();  // what is read again does not count, but it moves
        return;
    }
    stage_.add(static_cast<std::size_t>(done_ - counted_));
    counted_ = done_;
}

void verifyEverywhere(const std::vector<pipeline::Destination*>& destinations,
                      const std::map<std::string, VerifyMode>& modes,
                      const Manifest& manifest,
                      const std::stop_token& stop,
                      Stage& stage) {
    std::vector<std::jthread> threads;
    for (pipeline::Destination* destination : destinations) {
        if (destination->failed()) continue;
        threads.emplace_back([&, destination] {
            pthread_setname_np(pthread_self(), "verifier");
            try {
                const auto mode = modes.find(destination->id());
                Verification(*destination,
                             mode == modes.end() ? VerifyMode::Checksum : mode->second,
                             manifest.path,
                             stage)
                    .check(manifest.objects);
            } catch (...) {
                const Error error = pipeline::caught(destination->plugin());
                if (!stop.stop_requested()) destination->fail(error);
            }
        });
    }
}

}  // namespace dbackup::worker
