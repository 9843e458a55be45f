#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/model/manifest.h"
#include "core/pipeline/observer.h"
#include "core/pipeline/pipeline.h"
#include "core/worker/backup_plan.h"
#include "core/worker/commands.h"
#include "core/worker/dump_output.h"
#include "core/worker/object_names.h"

namespace dbackup::worker {

/// Dumps what was planned, some at a time, each with an engine of its own. The first failure stops them all.
/// With a spool, the next dump begins while destinations still drain the one before.
/// Keeps the stages Dumping Databases (until the last engine has ended) and Uploading (until the last
/// destination has all). [one thread]
class DumpTasks final : public pipeline::Observer {
public:
    struct Parts {
        const protocol::BackupRequest& request;  ///< outlives it, as the rest of what is pointed to
        const BackupPlan& plan;
        Run& run;
        Components& components;
        std::vector<OpenTarget*> targets;
        std::stop_source stop;  ///< is requested on failure, too
    };
    /// @throws Error when there can be no spool
    explicit DumpTasks(Parts parts);

    /// @return all objects in the order of the plan
    /// @throws the first Error, also when every destination has failed; Cancelled
    std::vector<ManifestObject> execute();

    void produced(std::size_t bytes) override { dumping_.add(bytes); }
    void handedOn(std::uint64_t bytes) override { uploading_.expect(static_cast<std::int64_t>(bytes)); }
    void uploaded(std::size_t bytes) override { uploading_.add(bytes); }
    void lost(const Error& error) override { fail(error); }

private:
    using Engines = std::map<std::size_t, OpenEngine>;
    /// A dump whose engine has ended.
    struct Dumped {
        std::size_t index = 0;
        std::unique_ptr<DumpOutput> output;
    };
    using Draining = std::deque<Dumped>;

    void task();
    void attempt(std::size_t index, const std::function<void()>& work);
    void drain(Draining& draining, std::size_t leave);
    void dumpOne(std::size_t index, Engines& engines, Draining& draining);
    void awaitStored(const Dumped& dumped);
    bool callEngine(const PlannedDump& dump,
                    const OpenEngine& open,
                    DumpOutput& output,
                    PluginContext& context);
    DumpOutput::Parts outputFor(const PlannedDump& dump);
    void engineEnded();
    void expect(std::size_t index, std::uint64_t bytes);
    void removeObjects(const std::vector<std::string>& names);
    void fail(const Error& error);

    const Parts parts_;
    const std::size_t parallel_;
    const pipeline::Compression compression_;
    ObjectNames names_;
    pipeline::Pools pools_;
    std::unique_ptr<pipeline::SpoolSpace> spool_;  ///< null = none
    std::vector<pipeline::Destination*> destinations_;
    Stage dumping_;
    Stage uploading_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> ended_ = 0;
    std::vector<std::atomic<std::uint64_t>> expected_;
    std::vector<std::vector<ManifestObject>> objects_;  ///< each task writes to its own dump's
    std::mutex mutex_;
    std::optional<Error> error_;
};

}  // namespace dbackup::worker
