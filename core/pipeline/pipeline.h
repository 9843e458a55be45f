#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <dbackup/sdk/streams.h>

#include "core/pipeline/block_pool.h"
#include "core/pipeline/destination.h"
#include "core/pipeline/fan_out.h"
#include "core/pipeline/filter.h"
#include "core/pipeline/observer.h"

namespace dbackup::pipeline {

/// The memory of a run, shared by all its objects. [thread-safe]
struct Pools {
    /// @param tasks  how many objects are dumped at the same time
    explicit Pools(std::size_t tasks)
        : raw(pool_blocks + 2 * (tasks - 1)), stored(pool_blocks + 2 * (tasks - 1)) {}
    BlockPool raw;     ///< what engines fill
    BlockPool stored;  ///< what compressors fill
};

/// What became of an object.
struct StoredObject {
    std::uint64_t original_bytes = 0;
    std::string original_sha256;  ///< of the bytes as the engine made them
    std::vector<Volume> volumes;  ///< one at least
    std::uint64_t storedBytes() const noexcept;
};

/// The way of one object from its engine to the destinations:
///
///     engine's thread -> queue -> compressor's thread (hash, compress, hash, cut) -> queues or a spool
///     -> one uploader each
///
/// [one thread, the sink on another]
class Pipeline {
public:
    struct Parts {
        VolumePlan volumes;
        Compression compression;
        Pools& pools;                            ///< outlives it, as the rest of what is pointed to
        std::vector<Destination*> destinations;  ///< one at least
        std::stop_token stop;
        Observer& observer;
        SpoolSpace* spool = nullptr;  ///< null = the slowest destination sets the engine's pace
    };
    explicit Pipeline(Parts parts);
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;
    /// Aborts what is not stored yet, and joins.
    ~Pipeline();

    /// Where the engine writes; destroyed without finish() it aborts the object everywhere. Once. It must not
    /// be used after wait().
    std::unique_ptr<sdk::ByteSink> sink();

    /// Waits until every destination has stored the object or failed. The engine has ended by now: a sink
    /// that was not finished is aborted.
    /// @throws Error ToolFailed when the engine did not finish; of all destinations when none is left;
    /// Cancelled
    StoredObject wait();

private:
    class Sink;
    struct Shared;
    void body();
    StoredObject run();

    Parts parts_;
    std::stop_source ended_;  ///< the run was stopped, or the pipeline destroyed
    const std::stop_callback<std::function<void()>> chain_;
    std::shared_ptr<Shared> shared_;  ///< with the sink
    std::optional<Error> error_;
    StoredObject result_;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace dbackup::pipeline
