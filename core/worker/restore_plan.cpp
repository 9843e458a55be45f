#include "core/worker/restore_plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/base/error.h"

namespace dbackup::worker {

namespace {

constexpr std::string_view globals = "globals";

bool isGlobals(const ManifestObject& object) {
    return object.contents == globals;
}

/// Names of the databases among objects, in their order.
std::vector<std::string> databasesOf(const std::vector<ManifestObject>& objects) {
    std::vector<std::string> names;
    for (const ManifestObject& object : objects) {
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

/// The objects of those sources of a backup that the target can take.
std::vector<ManifestObject> objectsFor(const protocol::RestoreRequest& request, const Manifest& manifest) {
    std::set<std::string> fitting;
    std::string engines;
    for (const ManifestSource& source : manifest.sources) {
        if (!request.source_id.empty() && source.id != request.source_id) continue;
        if (source.adapter_id == request.target.component) fitting.insert(source.id);
        engines += (engines.empty() ? "" : ", ") + source.adapter_id;
    }
    if (fitting.empty() && engines.empty() && !request.source_id.empty()) {
        throw Error(ErrorKind::NotFound,
                    "backup " + manifest.path + " has nothing of source " + request.source_id);
    }
    if (fitting.empty()) {
        throw Error(ErrorKind::Unsupported,
                    "backup " + manifest.path + " was made with the engine " + engines + ", '" +
                        request.target.name + "' is of the engine " + request.target.component,
                    "Choose a target of the same engine");
    }
    std::vector<ManifestObject> objects;
    for (const ManifestObject& object : manifest.objects) {
        if (fitting.contains(object.source_id)) objects.push_back(object);
    }
    return objects;
}

/// One database may be of several objects, but all of one source.
void requireOneSource(const std::vector<RestoreStep>& steps) {
    std::map<std::string, std::string> sources;
    const auto check = [&](const ManifestObject& object) {
        const std::string what = isGlobals(object) ? "globals" : "database '" + object.database + "'";
        if (sources.emplace(what, object.source_id).first->second != object.source_id) {
            throw Error(ErrorKind::Settings,
                        "the backup has the " + what + " of several sources",
                        "Say which source of the backup is meant (sourceId)");
        }
    };
    for (const RestoreStep& step : steps) {
        std::for_each(step.objects.begin(), step.objects.end(), check);
    }
}

/// The items of the request, or all databases under their own names.
std::vector<protocol::RestoreRequest::Item> itemsOf(const protocol::RestoreRequest& request,
                                                    const std::vector<ManifestObject>& objects) {
    std::vector<protocol::RestoreRequest::Item> items = request.items;
    const std::vector<std::string> there = databasesOf(objects);
    if (items.empty()) {
        for (const std::string& name : there)
            items.push_back({name, name});
    }
    std::set<std::string> targets;
    for (protocol::RestoreRequest::Item& item : items) {
        if (std::find(there.begin(), there.end(), item.original) == there.end()) {
            throw Error(ErrorKind::NotFound,
                        "backup " + request.path + " has no database '" + item.original + "'",
                        "It has " + joined(there));
        }
        if (item.target.empty()) item.target = item.original;
        if (!targets.insert(item.target).second) {
            throw Error(ErrorKind::Settings, "two databases are to be restored into '" + item.target + "'");
        }
    }
    if (!request.selection.empty() && items.size() != 1) {
        throw Error(
            ErrorKind::Settings,
            "parts can be selected of one database, and this restore has " + std::to_string(items.size()),
            "Name the database");
    }
    return items;
}

/// @param objects  one at least
RestoreStep stepFor(std::vector<ManifestObject> objects,
                    const std::string& target,
                    const protocol::RestoreRequest& request) {
    RestoreStep step;
    const ManifestObject& object = objects.front();
    step.request.object = {object.database, object.format, object.contents, object.metadata};
    step.request.database = target;
    step.request.overwrite = request.overwrite;
    step.request.no_owner = request.no_owner;
    if (!isGlobals(object)) step.request.selection = request.selection;
    step.request.owners = request.owners;
    step.objects = std::move(objects);
    return step;
}

}  // namespace

std::string titleOf(const RestoreStep& step) {
    return step.request.database.empty() ? step.objects.front().contents
                                         : "database '" + step.request.database + "'";
}

std::vector<RestoreStep> planRestore(const protocol::RestoreRequest& request, const Manifest& manifest) {
    const std::vector<ManifestObject> objects = objectsFor(request, manifest);
    std::vector<RestoreStep> steps;
    for (const ManifestObject& object : objects) {
        if (request.globals && isGlobals(object)) steps.push_back(stepFor({object}, {}, request));
    }
    if (request.globals && steps.empty()) {
        throw Error(ErrorKind::NotFound,
                    "backup " + manifest.path + " has no globals",
                    "Restore without them: the account that made the backup could not read them");
    }
    for (const protocol::RestoreRequest::Item& item : itemsOf(request, objects)) {
        std::vector<ManifestObject> database;
        std::copy_if(objects.begin(), objects.end(), std::back_inserter(database), [&](const auto& object) {
            return !isGlobals(object) && object.database == item.original;
        });
        steps.push_back(stepFor(std::move(database), item.target, request));
    }
    if (steps.empty())
        throw Error(ErrorKind::NotFound, "backup " + manifest.path + " has nothing to restore");
    requireOneSource(steps);
    return steps;
}

}  // namespace dbackup::worker
