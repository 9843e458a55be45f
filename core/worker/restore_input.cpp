#include "core/worker/restore_input.h"

#include "core/base/error.h"
#include "core/pipeline/decompressor.h"
#include "core/pipeline/object_source.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

RestoreInput::RestoreInput(const pipeline::Destination& destination,
                           std::string path,
                           const std::vector<ManifestObject>& objects,
                           pipeline::Observer& observer)
    : destination_(destination), path_(std::move(path)), objects_(objects), observer_(observer) {
    for (const ManifestObject& object : objects_) {
        described_.push_back({object.database, object.format, object.contents, object.metadata});
    }
}

std::unique_ptr<sdk::ByteSource> RestoreInput::open(std::size_t index) {
    if (index >= objects_.size()) throw Error(ErrorKind::Internal, "the engine asks for an object too many");
    const ManifestObject& object = objects_[index];
    auto stored = std::make_unique<pipeline::StoredSource>(destination_, volumesOf(object, path_));
    return std::make_unique<pipeline::CheckedSource>(
        pipeline::makeDecompressor(object.compression, std::move(stored)),
        pipeline::Original{
            object.name, static_cast<std::uint64_t>(object.original_bytes), object.original_sha256},
        observer_);
}

}  // namespace dbackup::worker
