#include "core/worker/restore_run.h"

#include <algorithm>
#include <numeric>

#include "core/model/object_name.h"
#include "core/pipeline/caught.h"
#include "core/worker/manifest_file.h"
#include "core/worker/restore_input.h"
#include "core/worker/verification.h"

namespace dbackup::worker {

namespace {

std::int64_t originalBytes(const RestoreStep& step) {
    return std::accumulate(
        step.objects.begin(), step.objects.end(), std::int64_t{0}, [](std::int64_t sum, const auto& object) {
            return sum + object.original_bytes;
        });
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
        restoring_.expect(originalBytes(step));
    std::int64_t bytes = 0;
    for (const RestoreStep& step : steps) {
        restore(step);
        bytes += originalBytes(step);
        JsonObject::Ptr entry = newObject();
        entry->set("original", step.objects.front().database);
        entry->set("target", step.request.database);
        entry->set("contents", step.objects.front().contents);
        entry->set("bytes", originalBytes(step));
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
            if (step.objects.size() > 1) severalAtOnce();
            pipeline::guarded(engine_.plugin, [&] { engine_.engine->checkRestore(step.request, context_); });
        } catch (const Error& error) {
            throw withTitle(step, error);
        }
    }
    context_.throwIfStopped();
    initializing.end();
    return steps;
}

sdk::RestoreObjects& RestoreRun::severalAtOnce() const {
    auto* const several =
        static_cast<sdk::RestoreObjects*>(engine_.engine->extension(sdk::RestoreObjects::id));
    if (several == nullptr) {
        throw Error(ErrorKind::Unsupported,
                    "the backup has several objects of one database, which the engine " +
                        request_.target.component + " cannot restore",
                    "Use the plugin that made the backup, or a newer one");
    }
    return *several;
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
        const auto same = [&](const ManifestObject& object) {
            return object.name == step.objects.front().name;
        };
        if (std::any_of(objects.begin(), objects.end(), same)) continue;  // one database restored twice
        for (const ManifestObject& object : step.objects) {
            objects.push_back(object);
            downloading.expect(object.size_bytes);
        }
    }
    readObjects(origin_.destination(), objects, request_.path, downloading);
    context_.throwIfStopped();
    downloading.end();
}

void RestoreRun::restore(const RestoreStep& step) {
    run_.log(sdk::LogLevel::Info, "command", "Restoring " + titleOf(step));
    try {
        RestoreInput input(origin_.destination(), request_.path, step.objects, *this);
        pipeline::guarded(engine_.plugin, [&] {
            if (step.objects.size() > 1) {
                severalAtOnce().restoreObjects(step.request, input, context_);
            } else {
                engine_.engine->restore(step.request, *input.open(0), context_);
            }
        });
    } catch (const Error& error) {
        throw withTitle(step, error);
    }
    run_.log(sdk::LogLevel::Success, "general", "Restored " + titleOf(step));
}

}  // namespace dbackup::worker
