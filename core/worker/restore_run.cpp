#include "core/worker/restore_run.h"

#include <algorithm>

#include "core/model/object_name.h"
#include "core/pipeline/caught.h"
#include "core/pipeline/decompressor.h"
#include "core/pipeline/object_source.h"
#include "core/worker/manifest_file.h"
#include "core/worker/verification.h"

namespace dbackup::worker {

namespace {

std::string titleOf(const RestoreStep& step) {
    return step.request.database.empty() ? step.object.contents : "database '" + step.request.database + "'";
}

Error withTitle(const RestoreStep& step, const Error& error) {
    if (error.kind() == ErrorKind::Cancelled) return error;
    return pipeline::reworded(error, titleOf(step) + ": " + error.what());
}

}  // namespace

RestoreRun::RestoreRun(protocol::RestoreRequest request, Run& run, Components& components)
    : request_(std::move(request)),
      run_(run),
      origin_(request_.origin, run, components, run.stop()),
      engine_(openEngine(request_.target, run, components)),
      context_(run, request_.target, run.stop()),
      restoring_(run, stage::restoring) {}

protocol::Event RestoreRun::execute() {
    const std::vector<RestoreStep> steps = prepare();
    verify(steps);
    run_.setStage(stage::restoring);
    restoring_.start();
    JsonArray::Ptr restored = new JsonArray;
    for (const RestoreStep& step : steps)
        restoring_.expect(step.object.original_bytes);
    std::int64_t bytes = 0;
    for (const RestoreStep& step : steps) {
        restore(step);
        bytes += step.object.original_bytes;
        JsonObject::Ptr entry = newObject();
        entry->set("original", step.object.database);
        entry->set("target", step.request.database);
        entry->set("contents", step.object.contents);
        entry->set("bytes", step.object.original_bytes);
        restored->add(entry);
    }
    restoring_.end();
    JsonObject::Ptr data = newObject();
    data->set("restored", restored);
    data->set("sizeBytes", bytes);
    return success(data);
}

std::vector<RestoreStep> RestoreRun::prepare() {
    Stage initializing(run_, stage::initializing);
    run_.setStage(stage::initializing);
    initializing.start();
    if (!isSafeObjectName(request_.path)) {
        throw Error(ErrorKind::Settings, "\"" + request_.path + "\" is no path of a backup");
    }
    if (!flagOr(*engine_.capabilities, "restore", false)) {
        throw Error(ErrorKind::Unsupported, "the engine " + request_.target.component + " cannot restore");
    }
    requireCapability(!request_.selection.empty(), "selection", "restore parts of a database");
    requireCapability(!request_.owners.empty(), "owners", "give what it restores to other owners");
    Manifest manifest;
    try {
        manifest = readManifest(origin_.destination(), request_.path);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        throw Error(ErrorKind::NotFound,
                    "there is no backup " + request_.path + " on '" + request_.origin.name +
                        "': its manifest is missing");
    }
    std::vector<RestoreStep> steps = planRestore(request_, manifest);
    for (const RestoreStep& step : steps) {
        try {
            pipeline::guarded(engine_.plugin, [&] { engine_.engine->checkRestore(step.request, context_); });
        } catch (const Error& error) {
            throw withTitle(step, error);
        }
    }
    context_.throwIfStopped();
    initializing.end();
    return steps;
}

void RestoreRun::requireCapability(bool needed,
                                   const std::string& capability,
                                   const std::string& what) const {
    if (needed && !flagOr(*engine_.capabilities, capability, false)) {
        throw Error(ErrorKind::Unsupported, "the engine " + request_.target.component + " cannot " + what);
    }
}

void RestoreRun::verify(const std::vector<RestoreStep>& steps) {
    Stage downloading(run_, stage::downloading);
    run_.setStage(stage::downloading);
    downloading.start();
    std::vector<ManifestObject> objects;
    for (const RestoreStep& step : steps) {
        const auto same = [&](const ManifestObject& object) { return object.name == step.object.name; };
        if (std::any_of(objects.begin(), objects.end(), same)) continue;  // one database restored twice
        objects.push_back(step.object);
        downloading.expect(step.object.size_bytes);
    }
    readObjects(origin_.destination(), objects, request_.path, downloading);
    context_.throwIfStopped();
    downloading.end();
}

void RestoreRun::restore(const RestoreStep& step) {
    run_.log(sdk::LogLevel::Info, "command", "Restoring " + titleOf(step));
    const ManifestObject& object = step.object;
    try {
        auto stored =
            std::make_unique<pipeline::StoredSource>(origin_.destination(), volumesOf(object, request_.path));
        pipeline::CheckedSource source(
            pipeline::makeDecompressor(object.compression, std::move(stored)),
            {object.name, static_cast<std::uint64_t>(object.original_bytes), object.original_sha256},
            *this);
        pipeline::guarded(engine_.plugin, [&] { engine_.engine->restore(step.request, source, context_); });
    } catch (const Error& error) {
        throw withTitle(step, error);
    }
    run_.log(sdk::LogLevel::Success, "general", "Restored " + titleOf(step));
}

}  // namespace dbackup::worker
