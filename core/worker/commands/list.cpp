#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "core/pipeline/caught.h"
#include "core/protocol/storage_messages.h"
#include "core/worker/commands.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

/// When so much has been gathered the rest is only named, so that the result stays one line of the protocol.
constexpr std::size_t max_manifests_bytes = protocol::max_line_bytes * 3 / 4;

struct Found {
    std::string path;
    TimePoint modified{};
    std::int64_t bytes = 0;
};

Found foundAt(std::string path, const sdk::ObjectInfo& manifest) {
    return {std::move(path),
            std::chrono::floor<std::chrono::milliseconds>(manifest.modified),
            static_cast<std::int64_t>(manifest.size_bytes)};
}

/// "<job>/<backup>" of a manifest's name; nothing for other objects.
std::optional<std::string> backupOf(const std::string& name) {
    const std::string suffix = "/" + std::string(Manifest::file_name);
    if (!name.ends_with(suffix)) return std::nullopt;
    std::string path = name.substr(0, name.size() - suffix.size());
    const auto slashes = std::count(path.begin(), path.end(), '/');
    return slashes == 1 ? std::optional(std::move(path)) : std::nullopt;
}

std::vector<Found> findThese(const pipeline::Destination& where, const std::vector<std::string>& paths) {
    std::vector<Found> found;
    for (const std::string& path : paths) {
        const auto info = pipeline::guarded(
            where.plugin(), [&] { return where.target().stat(manifestName(path), where.run()); });
        if (info) found.push_back(foundAt(path, *info));
    }
    return found;
}

/// Newest first.
std::vector<Found> findAll(const pipeline::Destination& where) {
    std::vector<Found> found;
    const auto collect = [&](const sdk::ObjectInfo& info) {
        if (std::optional<std::string> each = backupOf(info.name)) {
            found.push_back(foundAt(std::move(*each), info));
        }
        return true;
    };
    pipeline::guarded(where.plugin(), [&] { where.target().list("", collect, where.run()); });
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.modified != b.modified ? a.modified > b.modified : a.path < b.path;
    });
    return found;
}

/// Tells of one backup after the other.
class Listing {
public:
    Listing(const pipeline::Destination& where, const std::vector<protocol::ListRequest::Known>& known)
        : where_(where) {
        for (const protocol::ListRequest::Known& one : known)
            known_[one.path] = &one;
    }

    void add(const Found& found) {
        JsonObject::Ptr entry = newObject();
        entry->set("path", found.path);
        entry->set("modified", toIso(found.modified));
        entry->set("bytes", static_cast<Poco::Int64>(found.bytes));
        if (isKnown(found)) {
            entry->set("unchanged", true);
        } else if (gathered_ < max_manifests_bytes) {
            addManifest(*entry, found.path);
        } else {
            entry->set("later", true);
        }
        backups_->add(entry);
    }
    const JsonArray::Ptr& backups() const { return backups_; }

private:
    bool isKnown(const Found& found) const {
        const auto known = known_.find(found.path);
        return known != known_.end() && known->second->modified == found.modified &&
               known->second->manifest_bytes == found.bytes;
    }

    /// Its text, or the fault that it has.
    void addManifest(JsonObject& entry, const std::string& path) {
        try {
            const std::string text = readObject(where_, manifestName(path));
            parseManifest(text, path);
            entry.set("fault", "");
            entry.set("manifest", text);
            gathered_ += text.size();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) throw;
            entry.set("fault", error.text());
            // What could not be read this time must be tried again the next.
            const bool final = error.kind() == ErrorKind::Integrity || error.kind() == ErrorKind::Unsupported;
            if (!final) entry.set("bytes", 0);
        }
    }

    const pipeline::Destination& where_;
    std::map<std::string, const protocol::ListRequest::Known*> known_;
    JsonArray::Ptr backups_ = new JsonArray;
    std::size_t gathered_ = 0;
};

}  // namespace

protocol::Event list(const JsonObject& json, Run& run, Components& components) {
    const protocol::ListRequest request = protocol::listRequestFrom(json);
    run.setUp(request.setup);
    for (const std::string& path : request.paths)
        requireBackupPath(path);
    OpenTarget open(request.component, run, components, run.stop());
    const pipeline::Destination& where = open.destination();
    Listing listing(where, request.known);
    for (const Found& found : request.paths.empty() ? findAll(where) : findThese(where, request.paths))
        listing.add(found);
    JsonObject::Ptr data = newObject();
    data->set("backups", listing.backups());
    return success(data);
}

}  // namespace dbackup::worker
