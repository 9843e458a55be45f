#include "core/worker/backup_run.h"

#include <algorithm>
#include <set>

#include "core/pipeline/caught.h"
#include "core/pipeline/filter.h"
#include "core/worker/dump_tasks.h"
#include "core/worker/manifest_file.h"
#include "core/worker/verification.h"

namespace dbackup::worker {

namespace {

void check(const protocol::BackupRequest& request) {
    requireBackupPath(request.path);
    if (request.destinations.empty()) throw Error(ErrorKind::Settings, "the job has no destination");
    // Made once for its checks alone: a wrong level is told before anything is dumped.
    pipeline::makeCompressor({request.compression, request.compression_level, 0});
}

}  // namespace

BackupRun::BackupRun(protocol::BackupRequest request, Run& run, Components& components)
    : request_(std::move(request)),
      run_(run),
      components_(components),
      chain_(run.stop(), [this] { stop_.request_stop(); }) {}

protocol::Event BackupRun::execute() {
    try {
        Stage initializing(run_, stage::initializing);
        run_.setStage(stage::initializing);
        initializing.start();
        check(request_);
        openTargets();
        plan_ = planBackup(request_, run_, components_);
        throwIfStopped();
        initializing.end();
        store();
        verify();
        removeFailed(false);
        return success(toJson(result()));
    } catch (...) {
        Error error = pipeline::caught("the worker");
        if (run_.stop().stop_requested()) error = Error(ErrorKind::Cancelled, "the backup was cancelled");
        removeFailed(true);
        objects_.clear();
        protocol::Event failed = protocol::failure(error);
        failed.data = toJson(result());
        return failed;
    }
}

void BackupRun::openTargets() {
    for (const protocol::BackupRequest::Destination& destination : request_.destinations) {
        const pipeline::Delivery delivery{destination.retries, destination.bandwidth_limit};
        targets_.push_back(std::make_unique<OpenTarget>(
            destination.component, run_, components_, stop_.get_token(), delivery));
        verify_modes_[destination.component.id] = destination.verify;
        destinations_.push_back(&targets_.back()->destination());
    }
}

void BackupRun::store() {
    std::vector<OpenTarget*> targets;
    for (const auto& target : targets_)
        targets.push_back(target.get());
    DumpTasks tasks({request_, plan_, run_, components_, targets, stop_});
    objects_ = tasks.execute();
    requireOne();
}

void BackupRun::verify() {
    Stage verifying(run_, stage::verifying);
    run_.setStage(stage::verifying);
    verifying.start();
    const Manifest manifest = makeManifest();
    const auto good = std::count_if(destinations_.begin(), destinations_.end(), [](const auto* destination) {
        return !destination->failed();
    });
    verifying.expect(manifest.totalBytes() * good);
    verifyEverywhere(destinations_, verify_modes_, manifest, stop_.get_token(), verifying);
    throwIfStopped();
    requireOne();
    const std::string text = toText(manifest);
    manifest_bytes_ = static_cast<std::int64_t>(text.size());
    writeManifests(manifest, text);
    throwIfStopped();
    requireOne();
    verifying.end();
}

void BackupRun::writeManifests(const Manifest& manifest, const std::string& text) {
    for (pipeline::Destination* destination : destinations_) {
        if (destination->failed()) continue;
        try {
            writeManifest(*destination, manifest, text);
        } catch (const Error& error) {
            if (stop_.stop_requested()) return;
            destination->fail(error);
        }
    }
}

Manifest BackupRun::makeManifest() const {
    Manifest manifest;
    manifest.path = request_.path;
    manifest.execution_id = request_.execution_id;
    manifest.job_id = request_.job_id;
    manifest.job_name = request_.job_name;
    manifest.created_at = request_.created_at;
    manifest.software = "dbackup " DBACKUP_VERSION;
    manifest.trigger_type = request_.trigger_type;
    manifest.trigger_label = request_.trigger_label;
    manifest.locked = request_.locked;
    for (std::size_t i = 0; i < request_.sources.size(); ++i) {
        const protocol::ComponentRef& source = request_.sources[i].component;
        const sdk::ServerInfo& server = plan_.servers[i];
        manifest.sources.push_back(
            {source.id, source.name, source.component, server.version, server.edition});
    }
    manifest.objects = objects_;
    return manifest;
}

void BackupRun::requireOne() const {
    const auto failed = [](const pipeline::Destination* destination) { return destination->failed(); };
    if (std::all_of(destinations_.begin(), destinations_.end(), failed))
        throw pipeline::allFailed(destinations_);
}

void BackupRun::throwIfStopped() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "the backup was cancelled");
}

void BackupRun::removeFailed(bool all) {
    for (const auto& target : targets_) {
        pipeline::Destination& destination = target->destination();
        if (!all && !destination.failed()) continue;
        // Never stopped: what was stored must go, above all when the run was cancelled.
        PluginContext context(run_, target->component(), {});
        removeStored(destination, context);
    }
}

protocol::BackupResult BackupRun::result() const {
    protocol::BackupResult result;
    bool some_failed = false;
    bool some_good = false;
    for (const pipeline::Destination* destination : destinations_) {
        const std::optional<Error> error = destination->error();
        const bool ok = !error && !objects_.empty();
        const std::string text = error ? run_.masker().apply(error->text(), 16U << 10) : std::string();
        result.destinations.push_back({destination->id(), destination->name(), ok, text});
        some_failed = some_failed || !ok;
        some_good = some_good || ok;
    }
    result.outcome = !some_good ? Outcome::Failed : some_failed ? Outcome::Partial : Outcome::Success;
    if (run_.stop().stop_requested() && !some_good) result.outcome = Outcome::Cancelled;
    for (const ManifestObject& object : objects_) {
        // The bytes of the dump count once, with the first volume.
        std::int64_t original = object.original_bytes;
        for (const ManifestVolume& volume : object.volumes) {
            result.artifacts.push_back({request_.path + "/" + volume.name,
                                        object.source_id,
                                        object.database,
                                        object.contents,
                                        object.format,
                                        object.compression,
                                        volume.size_bytes,
                                        std::exchange(original, 0),
                                        volume.sha256});
        }
        result.size_bytes += object.size_bytes;
    }
    if (!objects_.empty()) result.size_bytes += manifest_bytes_;
    if (!plan_.servers.empty()) {
        result.engine_version = plan_.servers.front().version;
        result.engine_edition = plan_.servers.front().edition;
    }
    return result;
}

}  // namespace dbackup::worker
