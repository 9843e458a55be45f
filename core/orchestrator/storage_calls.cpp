#include "core/orchestrator/storage_calls.h"

#include "core/model/manifest.h"

namespace dbackup::orchestrator {

namespace {

store::IndexedBackup backupFrom(const JsonObject& json) {
    store::IndexedBackup backup;
    backup.path = textOr(json, "path");
    if (const std::string modified = textOr(json, "modified"); !modified.empty()) {
        backup.modified = fromIso(modified);
    }
    backup.created_at = backup.modified;
    backup.manifest_bytes = integerOr(json, "bytes", 0);
    backup.unchanged = flagOr(json, "unchanged", false);
    backup.fault = textOr(json, "fault");
    if (backup.unchanged || !backup.fault.empty()) return backup;
    backup.manifest = textOr(json, "manifest");
    const Manifest manifest = parseManifest(backup.manifest, backup.path);
    backup.created_at = manifest.created_at;
    backup.size_bytes = manifest.totalBytes();
    return backup;
}

PathOutcome::State stateFrom(const std::string& name) {
    if (name == "done") return PathOutcome::State::Done;
    if (name == "locked") return PathOutcome::State::Locked;
    if (name == "missing") return PathOutcome::State::Missing;
    return PathOutcome::State::Failed;
}

}  // namespace

CheckResult checkResultFrom(const JsonObject& data) {
    return {textOr(data, "status"), textOr(data, "expected"), textOr(data, "actual"), textOr(data, "error")};
}

std::vector<store::IndexedBackup> StorageCalls::list(const Adapter& destination,
                                                     const std::vector<std::string>& paths,
                                                     const std::vector<store::IndexedBackup>& known,
                                                     const std::stop_token& stop) {
    protocol::ListRequest request{{}, components_.of(destination), paths, {}};
    for (const auto& backup : known) {
        request.known.push_back({backup.path, backup.modified, backup.manifest_bytes});
    }
    std::vector<store::IndexedBackup> backups;
    do {
        const auto data = calls_.call({"list", limits::list_time, stop}, request);
        request.paths.clear();
        const auto list = arrayAt(*data, "backups");
        for (std::size_t i = 0; list && i < list->size(); ++i) {
            const auto entry = list->getObject(static_cast<unsigned>(i));
            // Manifests that did not fit into one answer are asked for with another question.
            if (flagOr(*entry, "later", false)) {
                request.paths.push_back(textOr(*entry, "path"));
            } else {
                backups.push_back(backupFrom(*entry));
            }
        }
    } while (!request.paths.empty());
    return backups;
}

std::vector<PathOutcome> StorageCalls::remove(const Adapter& destination,
                                              const std::vector<std::string>& paths) {
    return change("remove", {{}, components_.of(destination), paths, false});
}

std::vector<PathOutcome> StorageCalls::lock(const Adapter& destination,
                                            const std::vector<std::string>& paths,
                                            bool locked) {
    return change("lock", {{}, components_.of(destination), paths, locked});
}

std::vector<PathOutcome> StorageCalls::change(std::string_view command, protocol::PathsRequest request) {
    const auto data = calls_.call({command, limits::change_time}, std::move(request));
    const auto list = arrayAt(*data, "results");
    std::vector<PathOutcome> outcomes;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto entry = list->getObject(static_cast<unsigned>(i));
        outcomes.push_back({textOr(*entry, "path"),
                            stateFrom(textOr(*entry, "state")),
                            sdk::errorKindFrom(textOr(*entry, "kind")),
                            textOr(*entry, "error")});
    }
    return outcomes;
}

void StorageCalls::cleanUp(const Adapter& destination, const std::string& path, const std::stop_token& stop) {
    calls_.call({"cleanup", limits::change_time, stop},
                protocol::CleanupRequest{{}, components_.of(destination), {}, path});
}

CheckResult StorageCalls::verify(const Adapter& destination,
                                 const std::string& path,
                                 const std::stop_token& stop) {
    return checkResultFrom(
        *long_calls_.call({"verify", limits::verify_time, stop},
                          protocol::ComponentRequest{{}, components_.of(destination), path}));
}

std::string StorageCalls::presign(const Adapter& destination,
                                  const std::string& path,
                                  const std::string& object,
                                  std::chrono::seconds valid) {
    const auto data =
        calls_.call({"presign", limits::presign_time},
                    protocol::PresignRequest{{}, components_.of(destination), path, object, valid.count()});
    return textOr(*data, "url");
}

}  // namespace dbackup::orchestrator
