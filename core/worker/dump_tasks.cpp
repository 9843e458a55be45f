#include "core/worker/dump_tasks.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <thread>

#include <pthread.h>

#include "core/pipeline/caught.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

/// More threads of the compressor than this cost memory and are seldom faster than what feeds them.
constexpr unsigned max_compressor_threads = 4;
/// With a spool: dumps of all tasks that destinations still drain while the next ones are made. Each has its
/// threads and its uploads.
constexpr std::size_t max_draining = 8;

pipeline::Compression compressionOf(const protocol::BackupRequest& request, std::size_t parallel) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const auto share = static_cast<unsigned>(cores / parallel);
    return {request.compression, request.compression_level, std::min(share, max_compressor_threads)};
}

std::size_t parallelOf(const DumpTasks::Parts& parts) {
    return std::clamp<std::size_t>(
        static_cast<std::size_t>(parts.request.parallel), 1, parts.plan.dumps.size());
}

std::unique_ptr<pipeline::SpoolSpace> makeSpool(const DumpTasks::Parts& parts) {
    const protocol::BackupRequest& request = parts.request;
    if (request.spool_bytes == 0) return nullptr;
    const std::filesystem::path folder =
        request.spool_folder.empty() ? parts.run.scratch() : std::filesystem::path(request.spool_folder);
    return std::make_unique<pipeline::SpoolSpace>(folder, request.spool_bytes);
}

Error withTitle(const PlannedDump& dump, const Error& error) {
    if (error.kind() == ErrorKind::Cancelled) return error;
    return pipeline::reworded(error, dump.title() + ": " + error.what());
}

/// Is this the name of the object or of one of its volumes?
bool belongsTo(const std::string& name, const std::string& object) {
    if (!name.starts_with(object)) return false;
    const std::string_view rest = std::string_view(name).substr(object.size());
    if (rest.empty()) return true;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return rest.size() >= 4 && rest.front() == '.' && std::all_of(rest.begin() + 1, rest.end(), digit);
}

}  // namespace

DumpTasks::DumpTasks(Parts parts)
    : parts_(std::move(parts)),
      parallel_(parallelOf(parts_)),
      compression_(compressionOf(parts_.request, parallel_)),
      names_(pipeline::extensionOf(compression_.kind)),
      pools_(parallel_),
      spool_(makeSpool(parts_)),
      dumping_(parts_.run, stage::dumping),
      uploading_(parts_.run, stage::uploading),
      expected_(parts_.plan.dumps.size()),
      objects_(parts_.plan.dumps.size()) {
    for (OpenTarget* target : parts_.targets)
        destinations_.push_back(&target->destination());
}

std::vector<ManifestObject> DumpTasks::execute() {
    for (std::size_t i = 0; i < expected_.size(); ++i)
        expect(i, parts_.plan.dumps[i].expected_bytes);
    parts_.run.setStage(stage::dumping);
    dumping_.start();
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < parallel_; ++i) {
            threads.emplace_back([this] {
                pthread_setname_np(pthread_self(), "dump");
                task();
            });
        }
    }
    if (error_) throw Error(*error_);
    if (parts_.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the backup was cancelled");
    uploading_.end();
    std::vector<ManifestObject> all;
    for (std::vector<ManifestObject>& objects : objects_)
        std::move(objects.begin(), objects.end(), std::back_inserter(all));
    return all;
}

void DumpTasks::task() {
    Engines engines;
    Draining draining;
    // Without a spool a dump ends with its upload: there is nothing to be gained by waiting later.
    const std::size_t may_drain = spool_ ? std::max<std::size_t>(1, max_draining / parallel_) : 0;
    while (!parts_.stop.stop_requested()) {
        const std::size_t index = next_++;
        if (index >= parts_.plan.dumps.size()) break;
        attempt(index, [&] { dumpOne(index, engines, draining); });
        drain(draining, may_drain);
    }
    drain(draining, 0);
}

void DumpTasks::attempt(std::size_t index, const std::function<void()>& work) {
    try {
        work();
    } catch (...) {
        fail(withTitle(parts_.plan.dumps[index], pipeline::caught("the worker")));
    }
}

/// Waits until so few are left.
void DumpTasks::drain(Draining& draining, std::size_t leave) {
    while (draining.size() > leave) {
        const Dumped oldest = std::move(draining.front());
        draining.pop_front();
        attempt(oldest.index, [&] { awaitStored(oldest); });
    }
}

void DumpTasks::dumpOne(std::size_t index, Engines& engines, Draining& draining) {
    const PlannedDump& dump = parts_.plan.dumps[index];
    const protocol::ComponentRef& source = parts_.request.sources[dump.source].component;
    auto found = engines.find(dump.source);
    if (found == engines.end()) {
        found = engines.emplace(dump.source, openEngine(source, parts_.run, parts_.components)).first;
    }
    parts_.run.log(sdk::LogLevel::Info, "command", "Dumping " + dump.title());
    PluginContext context(parts_.run, source, parts_.stop.get_token(), [this, index](std::uint64_t bytes) {
        expect(index, bytes);
    });
    auto output = std::make_unique<DumpOutput>(outputFor(dump));
    const bool dumped = callEngine(dump, found->second, *output, context);
    engineEnded();
    if (dumped) draining.push_back({index, std::move(output)});
}

void DumpTasks::awaitStored(const Dumped& dumped) {
    const PlannedDump& dump = parts_.plan.dumps[dumped.index];
    std::vector<ManifestObject>& objects = objects_[dumped.index];
    objects = dumped.output->wait();
    std::uint64_t original = 0;
    std::uint64_t stored = 0;
    for (const ManifestObject& object : objects) {
        original += static_cast<std::uint64_t>(object.original_bytes);
        stored += static_cast<std::uint64_t>(object.size_bytes);
    }
    expect(dumped.index, original);
    parts_.run.log(sdk::LogLevel::Success,
                   "storage",
                   "Stored " + dump.title() + ": " + std::to_string(original) + " bytes dumped, " +
                       std::to_string(stored) + " bytes stored");
}

bool DumpTasks::callEngine(const PlannedDump& dump,
                           const OpenEngine& open,
                           DumpOutput& output,
                           PluginContext& context) {
    try {
        pipeline::guarded(open.plugin, [&] { open.engine->dump(dump.request, output, context); });
        return true;
    } catch (const Error& error) {
        const std::vector<std::string> names = output.discard();
        const bool refused = error.kind() == ErrorKind::Permission || error.kind() == ErrorKind::Unsupported;
        if (!dump.isGlobals() || !refused) throw;
        removeObjects(names);
        context.log(sdk::LogLevel::Warning, "The backup goes on without the globals: " + error.text(), {});
        return false;
    }
}

DumpOutput::Parts DumpTasks::outputFor(const PlannedDump& dump) {
    uploading_.start();
    return {parts_.request.path,
            parts_.request.sources[dump.source].component.id,
            dump.expected_bytes,
            parts_.request.volume_bytes,
            compression_,
            names_,
            pools_,
            destinations_,
            parts_.stop.get_token(),
            *this,
            spool_.get()};
}

void DumpTasks::engineEnded() {
    if (++ended_ < parts_.plan.dumps.size()) return;
    dumping_.end();
    parts_.run.setStage(stage::uploading);
}

void DumpTasks::expect(std::size_t index, std::uint64_t bytes) {
    const std::uint64_t before = expected_[index].exchange(bytes);
    dumping_.expect(static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(before));
}

void DumpTasks::removeObjects(const std::vector<std::string>& names) {
    for (OpenTarget* target : parts_.targets) {
        PluginContext context(parts_.run, target->component(), {});
        removeStored(target->destination(), context, [&](const std::string& stored) {
            return std::any_of(
                names.begin(), names.end(), [&](const std::string& name) { return belongsTo(stored, name); });
        });
    }
}

void DumpTasks::fail(const Error& error) {
    const bool cancelled = error.kind() == ErrorKind::Cancelled;
    if (cancelled && parts_.stop.stop_requested()) return;
    {
        const std::lock_guard lock(mutex_);
        if (!error_) {
            error_ =
                cancelled ? Error(ErrorKind::Internal, "a plugin stopped without being asked to") : error;
        }
    }
    std::stop_source(parts_.stop).request_stop();
}

}  // namespace dbackup::worker
