#include "core/orchestrator/storage_explorer.h"

#include <algorithm>

#include <pthread.h>

#include "core/base/hash.h"

namespace dbackup::orchestrator {

namespace {

using store::BackupIndex;
using store::IndexedBackup;

/// What decides where a destination looks. A listing made with other settings is of another place.
std::string settingsHash(const Adapter& destination) {
    return sha256Hex(destination.adapter_id + "\n" + destination.config);
}

StoredBackup storedFrom(const IndexedBackup& indexed) {
    StoredBackup backup;
    backup.modified = indexed.modified;
    backup.fault = indexed.fault;
    backup.verification = indexed.verification;
    backup.manifest.path = indexed.path;
    backup.manifest.created_at = indexed.created_at;
    if (!backup.fault.empty()) return backup;
    try {
        backup.manifest = parseManifest(indexed.manifest, indexed.path);
    } catch (const Error& error) {
        backup.fault = error.text();
    }
    return backup;
}

Error notFound(const std::string& path) {
    return {ErrorKind::NotFound, "Backup \"" + path + "\" not found on this destination"};
}

StoredBackup soundFrom(const std::optional<IndexedBackup>& indexed, const std::string& path) {
    if (!indexed) throw notFound(path);
    if (!indexed->fault.empty()) {
        throw Error(ErrorKind::Integrity, "the backup \"" + path + "\" is damaged: " + indexed->fault);
    }
    return storedFrom(*indexed);
}

}  // namespace

StorageExplorer::StorageExplorer(const Orchestrator::Parts& parts, const ComponentSettings& components)
    : parts_(parts), components_(components), calls_(parts, components) {}

StorageExplorer::~StorageExplorer() {
    stop();
}

void StorageExplorer::start() {
    interrupted_ = parts_.index.removals();
    worker_ = std::jthread([this](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "reconcile");
        work(stop);
    });
}

void StorageExplorer::stop() {
    stopping_.request_stop();
    worker_.request_stop();
}

Adapter StorageExplorer::destination(const std::string& id) const {
    auto adapter = parts_.adapters.find(id);
    if (!adapter || adapter->type != AdapterType::Storage) {
        throw Error(ErrorKind::NotFound, "Storage configuration with ID " + id + " not found.");
    }
    return std::move(*adapter);
}

std::mutex& StorageExplorer::mutexOf(const std::string& destination_id) {
    const std::scoped_lock lock(mutex_);
    auto& mutex = listing_[destination_id];
    if (!mutex) mutex = std::make_unique<std::mutex>();
    return *mutex;
}

std::vector<StoredBackup> StorageExplorer::backups(const std::string& destination_id, Freshness freshness) {
    const Adapter where = destination(destination_id);
    const auto listing = parts_.index.listing(where.id);
    if (freshness == Freshness::Fresh || !listing || listing->settings_hash != settingsHash(where)) {
        reconcile(where, freshness, {});
    } else {
        catchUp(where);
        if (parts_.clock.now() - listing->listed_at > limits::listing_age) reconcileLater(where.id);
    }
    std::vector<StoredBackup> backups;
    for (const auto& indexed : parts_.index.list(where.id)) {
        backups.push_back(storedFrom(indexed));
    }
    return backups;
}

void StorageExplorer::reconcile(const Adapter& where, Freshness freshness, const std::stop_token& stop) {
    const TimePoint wanted = parts_.clock.now();
    const std::scoped_lock lock(mutexOf(where.id));
    const std::string hash = settingsHash(where);
    const auto before = parts_.index.listing(where.id);
    const bool same_place = before && before->settings_hash == hash;
    // Another request has listed it while this one waited for its turn.
    if (same_place && before->listed_at > wanted) return;
    const TimePoint begun = parts_.clock.now();
    const auto seen = parts_.index.changes(where.id);
    const bool reread = freshness == Freshness::Fresh || !same_place;
    const auto known = reread ? std::vector<IndexedBackup>() : parts_.index.list(where.id);
    parts_.index.replace(where.id, {begun, hash}, calls_.list(where, {}, known, stop), seen);
}

void StorageExplorer::catchUp(const Adapter& where) {
    const auto changes = parts_.index.changes(where.id);
    if (changes.empty()) return;
    try {
        if (changes.size() > limits::changed_paths) {
            reconcile(where, Freshness::Indexed, {});
        } else {
            lookAt(where, changes);
        }
    } catch (const Error& error) {
        // What was seen last is better than nothing. The changes stay on record.
        parts_.log.warning("the listing of '" + where.name + "' is not up to date: " + error.text());
    }
}

void StorageExplorer::lookAt(const Adapter& where, const std::vector<BackupIndex::Change>& changes) {
    std::vector<std::string> paths;
    for (const auto& change : changes) {
        paths.push_back(change.path);
    }
    parts_.index.update(where.id, calls_.list(where, paths, {}, {}), changes, parts_.clock.now());
}

StoredBackup StorageExplorer::backup(const std::string& destination_id, const std::string& path) {
    const Adapter where = destination(destination_id);
    const auto listing = parts_.index.listing(where.id);
    const auto indexed = parts_.index.find(where.id, path);
    const auto changes = parts_.index.changes(where.id);
    const bool changed =
        std::any_of(changes.begin(), changes.end(), [&](const auto& change) { return change.path == path; });
    const bool usable = listing && listing->settings_hash == settingsHash(where) && indexed && !changed;
    return usable ? soundFrom(indexed, path) : currentBackup(destination_id, path);
}

StoredBackup StorageExplorer::currentBackup(const std::string& destination_id, const std::string& path) {
    const auto found = calls_.list(destination(destination_id), {path}, {}, {});
    const auto same =
        std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.path == path; });
    return soundFrom(same == found.end() ? std::nullopt : std::optional(*same), path);
}

std::vector<PathOutcome> StorageExplorer::remove(const std::string& destination_id,
                                                 const std::vector<std::string>& paths) {
    const Adapter where = destination(destination_id);
    std::set<std::string> begun;
    for (const auto& removal : parts_.index.removals()) {
        if (removal.destination_id == where.id) begun.insert(removal.path);
    }
    parts_.index.beginRemoval(where.id, paths);
    for (const auto& path : paths) {
        parts_.index.changedLater(where.id, path);
    }
    auto outcomes = calls_.remove(where, paths);
    settle(where, outcomes, begun);
    return outcomes;
}

/// @param begun  paths whose deletion was begun before and has not come to its end
void StorageExplorer::settle(const Adapter& where,
                             std::vector<PathOutcome>& outcomes,
                             const std::set<std::string>& begun) {
    std::vector<std::string> gone;
    std::vector<std::string> ended;
    for (PathOutcome& outcome : outcomes) {
        if (outcome.state == PathOutcome::State::Missing && begun.contains(outcome.path)) {
            calls_.cleanUp(where, outcome.path, {});
            outcome.state = PathOutcome::State::Done;
        }
        if (outcome.state == PathOutcome::State::Done) gone.push_back(outcome.path);
        if (outcome.state != PathOutcome::State::Failed) ended.push_back(outcome.path);
        // Once more: a listing that has seen it before may end only now.
        parts_.index.changedLater(where.id, outcome.path);
    }
    parts_.index.erase(where.id, gone);
    parts_.index.endRemoval(where.id, ended);
}

std::vector<PathOutcome> StorageExplorer::lock(const std::string& destination_id,
                                               const std::vector<std::string>& paths,
                                               bool locked) {
    const Adapter where = destination(destination_id);
    const auto mark = [&] {
        for (const auto& path : paths) {
            parts_.index.changedLater(where.id, path);
        }
    };
    mark();
    auto outcomes = calls_.lock(where, paths, locked);
    mark();
    parts_.index.erase(where.id, {});  // the marks are on disk when it returns
    return outcomes;
}

StorageExplorer::Check StorageExplorer::verify(const std::string& destination_id,
                                               const std::string& path,
                                               const std::string& trigger) {
    const Adapter where = destination(destination_id);
    Check check;
    check.result = calls_.verify(where, path, stopping_.get_token());
    check.verified_at = parts_.clock.now();
    keep(where.id, path, check.result, trigger);
    return check;
}

void StorageExplorer::keep(const std::string& destination_id,
                           const std::string& path,
                           const CheckResult& result,
                           const std::string& trigger) const {
    parts_.index.verified(
        destination_id, path, {parts_.clock.now(), result.status == "passed", trigger, result.error});
}

std::unique_ptr<Download> StorageExplorer::open(const std::string& destination_id,
                                                protocol::ReadRequest request,
                                                const std::stop_token& stop) {
    request.component = components_.of(destination(destination_id));
    return std::make_unique<Download>(parts_, downloads_, std::move(request), stop);
}

std::string StorageExplorer::directUrl(const std::string& destination_id,
                                       const std::string& path,
                                       const std::string& object,
                                       std::chrono::seconds valid) {
    return calls_.presign(destination(destination_id), path, object, valid);
}

std::vector<BackupIndex::Snapshot> StorageExplorer::history(const std::string& destination_id,
                                                            int days) const {
    const Adapter where = destination(destination_id);
    return parts_.index.snapshots(where.id, store::dayOf(parts_.clock.now() - std::chrono::days(days - 1)));
}

// --- in the background
// ---------------------------------------------------------------------------------------------

void StorageExplorer::reconcileLater(const std::string& destination_id) {
    const std::scoped_lock lock(mutex_);
    outdated_.insert(destination_id);
    changed_.notify_all();
}

void StorageExplorer::work(const std::stop_token& stop) {
    finishRemovals(stop);
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !outdated_.empty(); })) {
        const std::string id = *outdated_.begin();
        lock.unlock();
        workOn(id, stop);
        lock.lock();
        // Only now, so that those who ask meanwhile do not have it listed once more.
        outdated_.erase(id);
    }
}

void StorageExplorer::workOn(const std::string& destination_id, const std::stop_token& stop) {
    try {
        reconcile(destination(destination_id), Freshness::Indexed, stop);
    } catch (const std::exception& error) {
        parts_.log.warning("cannot list destination " + destination_id + ": " + error.what());
    }
}

void StorageExplorer::finishRemovals(const std::stop_token& stop) {
    for (const auto& [destination_id, path] : interrupted_) {
        if (stop.stop_requested()) return;
        try {
            finishRemoval(destination(destination_id), path, stop);
        } catch (const std::exception& error) {
            // It is tried again at the next start.
            parts_.log.warning("cannot finish the deletion of " + path + ": " + error.what());
        }
    }
}

void StorageExplorer::finishRemoval(const Adapter& where,
                                    const std::string& path,
                                    const std::stop_token& stop) {
    parts_.index.changedLater(where.id, path);
    calls_.cleanUp(where, path, stop);
    parts_.index.changedLater(where.id, path);
    parts_.index.endRemoval(where.id, {path});
    parts_.log.info("the deletion of " + path + " on '" + where.name +
                    "' was interrupted; what it left is removed");
}

}  // namespace dbackup::orchestrator
