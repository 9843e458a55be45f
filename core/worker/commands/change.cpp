#include "core/pipeline/caught.h"
#include "core/protocol/storage_messages.h"
#include "core/worker/commands.h"
#include "core/worker/manifest_file.h"
#include "core/worker/stored_objects.h"

namespace dbackup::worker {

namespace {

/// Does something with each path and gathers what became of it: one that fails does not keep the others.
template <class Action>
protocol::Event forEach(const protocol::PathsRequest& request, const Action& action) {
    JsonArray::Ptr results = new JsonArray;
    for (const std::string& path : request.paths) {
        JsonObject::Ptr entry = newObject();
        entry->set("path", path);
        try {
            requireBackupPath(path);
            action(path, *entry);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) throw;
            entry->set("state", "failed");
            entry->set("kind", std::string(toString(error.kind())));
            entry->set("error", error.text());
        }
        results->add(entry);
    }
    JsonObject::Ptr data = newObject();
    data->set("results", results);
    return success(data);
}

/// The manifest's text; nothing when there is none.
std::optional<std::string> manifestText(const pipeline::Destination& where, const std::string& path) {
    try {
        return readObject(where, manifestName(path));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound) return std::nullopt;
        throw;
    }
}

/// A manifest that is damaged locks nothing: otherwise nobody could get rid of it.
bool isLocked(const std::string& text, const std::string& path) {
    try {
        return parseManifest(text, path).locked;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Integrity) throw;
        return false;
    }
}

/// First the manifest, so that from there on it is no backup any more, whatever happens.
void removeBackup(const pipeline::Destination& where, const std::string& path, JsonObject& result) {
    const auto text = manifestText(where, path);
    if (!text) {
        result.set("state", "missing");
        return;
    }
    if (isLocked(*text, path)) {
        result.set("state", "locked");
        return;
    }
    const std::vector<std::string> rest = objectsBelow(where, path);
    pipeline::guarded(where.plugin(), [&] { where.target().remove(manifestName(path), where.run()); });
    result.set("removed", removeObjects(where, rest));
    result.set("state", "done");
}

void replaceManifest(const pipeline::Destination& where, const std::string& name, const std::string& text) {
    pipeline::guarded(where.plugin(), [&] {
        const sdk::ObjectSpec spec{name, text.size(), sdk::IfExists::Replace};
        const auto writer = where.target().create(spec, where.run());
        writer->write(std::as_bytes(std::span(text.data(), text.size())));
        writer->commit();
    });
    if (readObject(where, name) != text) {
        throw Error(ErrorKind::Integrity, name + " on '" + where.name() + "' is not what was written");
    }
}

void lockBackup(const pipeline::Destination& where,
                const std::string& path,
                bool locked,
                JsonObject& result) {
    const auto text = manifestText(where, path);
    if (!text) {
        result.set("state", "missing");
        return;
    }
    if (parseManifest(*text, path).locked != locked) {
        replaceManifest(where, manifestName(path), withLock(*text, path, locked));
    }
    result.set("state", "done");
}

}  // namespace

protocol::Event remove(const JsonObject& json, Run& run, Components& components) {
    const protocol::PathsRequest request = protocol::pathsRequestFrom(json);
    run.setUp(request.setup);
    OpenTarget open(request.component, run, components, run.stop());
    return forEach(request, [&](const std::string& path, JsonObject& result) {
        removeBackup(open.destination(), path, result);
    });
}

protocol::Event lock(const JsonObject& json, Run& run, Components& components) {
    const protocol::PathsRequest request = protocol::pathsRequestFrom(json);
    run.setUp(request.setup);
    OpenTarget open(request.component, run, components, run.stop());
    return forEach(request, [&](const std::string& path, JsonObject& result) {
        lockBackup(open.destination(), path, request.locked, result);
    });
}

}  // namespace dbackup::worker
