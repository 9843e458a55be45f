#include "core/worker/dump_output.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/json.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t blocks_of_further_object = 2;

}  // namespace

std::unique_ptr<sdk::ByteSink> DumpOutput::object(const sdk::DumpObject& object) {
    Object entry;
    entry.described.name = parts_.names.next(object);
    entry.described.source_id = parts_.source_id;
    entry.described.database = object.database;
    entry.described.contents = object.contents;
    entry.described.format = object.format;
    entry.described.metadata = toText(parseJsonObject(object.metadata, "the engine's metadata"));
    entry.described.compression = parts_.compression.kind;
    const pipeline::VolumePlan volumes{parts_.path + "/" + entry.described.name,
                                       parts_.expected_bytes > parts_.volume_bytes,
                                       parts_.volume_bytes};
    const std::lock_guard lock(mutex_);
    pipeline::Compression compression = parts_.compression;
    if (!objects_.empty()) {
        // Several objects of a dump are filled at the same time.
        compression.threads = std::min(compression.threads, 1U);
        entry.raw = std::make_unique<pipeline::MoreBlocks>(parts_.pools.raw, blocks_of_further_object);
        entry.stored = std::make_unique<pipeline::MoreBlocks>(parts_.pools.stored, blocks_of_further_object);
    }
    entry.pipeline = std::make_unique<pipeline::Pipeline>(pipeline::Pipeline::Parts{
        volumes, compression, parts_.pools, parts_.destinations, parts_.stop, parts_.observer, parts_.spool});
    std::unique_ptr<sdk::ByteSink> sink = entry.pipeline->sink();
    objects_.push_back(std::move(entry));
    return sink;
}

std::vector<ManifestObject> DumpOutput::wait() {
    const std::lock_guard lock(mutex_);
    if (objects_.empty()) throw Error(ErrorKind::ToolFailed, "the engine ended without a dump");
    std::vector<ManifestObject> result;
    for (Object& object : objects_) {
        const pipeline::StoredObject stored = object.pipeline->wait();
        // No format of any engine has an empty file that holds a database.
        if (stored.original_bytes == 0) throw Error(ErrorKind::ToolFailed, "the dump is empty");
        ManifestObject described = object.described;
        described.original_bytes = static_cast<std::int64_t>(stored.original_bytes);
        described.original_sha256 = stored.original_sha256;
        described.size_bytes = static_cast<std::int64_t>(stored.storedBytes());
        for (const pipeline::Volume& volume : stored.volumes) {
            described.volumes.push_back({volume.name.substr(parts_.path.size() + 1),
                                         static_cast<std::int64_t>(volume.size_bytes),
                                         volume.sha256});
        }
        result.push_back(std::move(described));
    }
    return result;
}

std::vector<std::string> DumpOutput::discard() {
    const std::lock_guard lock(mutex_);
    for (Object& object : objects_)
        object.pipeline.reset();
    std::vector<std::string> prefixes;
    for (const Object& object : objects_)
        prefixes.push_back(parts_.path + "/" + object.described.name);
    objects_.clear();
    return prefixes;
}

}  // namespace dbackup::worker
