#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "core/pipeline/caught.h"
#include "core/worker/commands.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

/// Manifests beyond this are named but not sent, so that the result stays one line of the protocol.
constexpr std::size_t max_manifests_bytes = protocol::max_line_bytes * 3 / 4;

struct Found {
    std::string path;
    TimePoint modified{};
};

/// "<job>/<backup>" of a manifest's name; nothing for other objects.
std::optional<std::string> backupOf(const std::string& name) {
    const std::string suffix = "/" + std::string(Manifest::file_name);
    if (!name.ends_with(suffix)) return std::nullopt;
    std::string path = name.substr(0, name.size() - suffix.size());
    const auto slashes = std::count(path.begin(), path.end(), '/');
    return slashes == 1 ? std::optional(std::move(path)) : std::nullopt;
}

/// All backups, newest first, or the one that is asked for.
std::vector<Found> findBackups(const pipeline::Destination& where, const std::string& path) {
    std::vector<Found> found;
    if (!path.empty()) {
        const auto info = pipeline::guarded(
            where.plugin(), [&] { return where.target().stat(manifestName(path), where.run()); });
        if (info) {
            found.push_back({path, std::chrono::floor<std::chrono::milliseconds>(info->modified)});
        }
        return found;
    }
    const auto collect = [&](const sdk::ObjectInfo& info) {
        if (std::optional<std::string> each = backupOf(info.name)) {
            found.push_back({std::move(*each), std::chrono::floor<std::chrono::milliseconds>(info.modified)});
        }
        return true;
    };
    pipeline::guarded(where.plugin(), [&] { where.target().list("", collect, where.run()); });
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.modified != b.modified ? a.modified > b.modified : a.path < b.path;
    });
    return found;
}

/// Adds the manifest, or the fault that it has. @return bytes of the manifest
std::size_t addManifest(JsonObject& entry, const pipeline::Destination& where, const std::string& path) {
    try {
        const std::string text = readObject(where, manifestName(path));
        parseManifest(text, path);
        entry.set("fault", "");
        entry.set("manifest", text);
        return text.size();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled) throw;
        entry.set("fault", error.text());
        return 0;
    }
}

}  // namespace

protocol::Event list(const JsonObject& json, Run& run, Components& components) {
    const protocol::ComponentRequest request = protocol::componentRequestFrom(json);
    run.setUp(request.setup);
    if (!request.path.empty()) requireBackupPath(request.path);
    OpenTarget open(request.component, run, components, run.stop());
    JsonArray::Ptr backups = new JsonArray;
    std::size_t manifests_bytes = 0;
    for (const Found& found : findBackups(open.destination(), request.path)) {
        JsonObject::Ptr entry = newObject();
        entry->set("path", found.path);
        entry->set("modified", toIso(found.modified));
        if (manifests_bytes < max_manifests_bytes) {
            manifests_bytes += addManifest(*entry, open.destination(), found.path);
        } else {
            entry->set("fault", "Not looked at: there are too many backups for one listing");
        }
        backups->add(entry);
    }
    JsonObject::Ptr data = newObject();
    data->set("backups", backups);
    return success(data);
}

}  // namespace dbackup::worker
