#include "core/worker/restore_plan.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"

namespace dbackup::worker {

namespace {

constexpr std::string_view globals = "globals";

bool isGlobals(const ManifestObject& object) {
    return object.contents == globals;
}

/// Names of the databases in a backup, in its order.
std::vector<std::string> databasesOf(const Manifest& manifest) {
    std::vector<std::string> names;
    for (const ManifestObject& object : manifest.objects) {
        if (isGlobals(object)) continue;
        if (std::find(names.begin(), names.end(), object.database) == names.end())
            names.push_back(object.database);
    }
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "'" : ", '") + name + "'";
    return text.empty() ? "none" : text;
}

void requireEngine(const protocol::RestoreRequest& request, const Manifest& manifest) {
    for (const ManifestSource& source : manifest.sources) {
        if (source.adapter_id == request.target.component) continue;
        throw Error(ErrorKind::Unsupported,
                    "backup " + manifest.path + " was made with the engine " + source.adapter_id + ", '" +
                        request.target.name + "' is of the engine " + request.target.component,
                    "Choose a target of the same engine");
    }
}

/// The items of the request, or all databases under their own names.
std::vector<protocol::RestoreRequest::Item> itemsOf(const protocol::RestoreRequest& request,
                                                    const Manifest& manifest) {
    std::vector<protocol::RestoreRequest::Item> items = request.items;
    const std::vector<std::string> there = databasesOf(manifest);
    if (items.empty()) {
        for (const std::string& name : there)
            items.push_back({name, name});
    }
    std::set<std::string> targets;
    for (protocol::RestoreRequest::Item& item : items) {
        if (std::find(there.begin(), there.end(), item.original) == there.end()) {
            throw Error(ErrorKind::NotFound,
                        "backup " + manifest.path + " has no database '" + item.original + "'",
                        "It has " + joined(there));
        }
        if (item.target.empty()) item.target = item.original;
        if (!targets.insert(item.target).second) {
            throw Error(ErrorKind::Settings, "two databases are to be restored into '" + item.target + "'");
        }
    }
    return items;
}

RestoreStep stepFor(const ManifestObject& object,
                    const std::string& target,
                    const protocol::RestoreRequest& request) {
    RestoreStep step;
    step.object = object;
    step.request.object = {object.database, object.format, object.contents, object.metadata};
    step.request.database = target;
    step.request.overwrite = request.overwrite;
    step.request.no_owner = request.no_owner;
    if (!isGlobals(object)) step.request.options = request.options;
    return step;
}

}  // namespace

std::vector<RestoreStep> planRestore(const protocol::RestoreRequest& request, const Manifest& manifest) {
    requireEngine(request, manifest);
    std::vector<RestoreStep> steps;
    for (const ManifestObject& object : manifest.objects) {
        if (request.globals && isGlobals(object)) steps.push_back(stepFor(object, {}, request));
    }
    if (request.globals && steps.empty()) {
        throw Error(ErrorKind::NotFound,
                    "backup " + manifest.path + " has no globals",
                    "Restore without them: the account that made the backup could not read them");
    }
    for (const protocol::RestoreRequest::Item& item : itemsOf(request, manifest)) {
        for (const ManifestObject& object : manifest.objects) {
            if (!isGlobals(object) && object.database == item.original) {
                steps.push_back(stepFor(object, item.target, request));
            }
        }
    }
    if (steps.empty())
        throw Error(ErrorKind::NotFound, "backup " + manifest.path + " has nothing to restore");
    return steps;
}

}  // namespace dbackup::worker
