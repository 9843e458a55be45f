#include "core/worker/verification.h"

#include <thread>

#include <pthread.h>

#include "core/pipeline/caught.h"
#include "core/pipeline/object_source.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t read_bytes = 256U << 10;

}  // namespace

void verifyObjects(const pipeline::Destination& where,
                   const std::vector<ManifestObject>& objects,
                   const std::string& path,
                   Stage& stage) {
    std::vector<std::byte> buffer(read_bytes);
    for (const ManifestObject& object : objects) {
        pipeline::StoredSource source(where, volumesOf(object, path));
        while (const std::size_t got = source.read(buffer))
            stage.add(got);
    }
}

void verifyEverywhere(const std::vector<pipeline::Destination*>& destinations,
                      const std::vector<ManifestObject>& objects,
                      const std::string& path,
                      const std::stop_token& stop,
                      Stage& stage) {
    std::vector<std::jthread> threads;
    for (pipeline::Destination* destination : destinations) {
        if (destination->failed()) continue;
        threads.emplace_back([&, destination] {
            pthread_setname_np(pthread_self(), "verifier");
            try {
                verifyObjects(*destination, objects, path, stage);
            } catch (...) {
                const Error error = pipeline::caught(destination->plugin());
                if (!stop.stop_requested()) destination->fail(error);
            }
        });
    }
}

}  // namespace dbackup::worker
