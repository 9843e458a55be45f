#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <dbackup/sdk/streams.h>

#include "core/model/manifest.h"
#include "core/pipeline/block_pool.h"
#include "core/pipeline/pipeline.h"
#include "core/worker/object_names.h"

namespace dbackup::worker {

/// Where one dump goes: a pipeline for each object that the engine opens. [thread-safe]
class DumpOutput final : public sdk::DumpOutput {
public:
    struct Parts {
        std::string path;  ///< "<job>/<backup>"
        std::string source_id;
        std::uint64_t expected_bytes = 0;
        std::uint64_t volume_bytes = 0;
        pipeline::Compression compression;
        ObjectNames& names;  ///< outlive it, as the rest of what is pointed to
        pipeline::Pools& pools;
        std::vector<pipeline::Destination*> destinations;
        std::stop_token stop;
        pipeline::Observer& observer;
        pipeline::SpoolSpace* spool = nullptr;
    };
    explicit DumpOutput(Parts parts) : parts_(std::move(parts)) {}

    std::unique_ptr<sdk::ByteSink> object(const sdk::DumpObject& object) override;

    /// The engine has ended well: waits until everything is stored.
    /// @throws Error ToolFailed when it opened no object or did not finish one; what storing throws
    std::vector<ManifestObject> wait();
    /// The engine has failed: aborts what is under way.
    /// @return names below the root of what had been stored by then
    std::vector<std::string> discard();

private:
    struct Object {
        ManifestObject described;
        // A pipeline beside the first needs what a further task does (pool_blocks).
        std::unique_ptr<pipeline::MoreBlocks> raw;
        std::unique_ptr<pipeline::MoreBlocks> stored;
        std::unique_ptr<pipeline::Pipeline> pipeline;
    };

    const Parts parts_;
    std::mutex mutex_;
    std::vector<Object> objects_;
};

}  // namespace dbackup::worker
