#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/stored_backup.h"
#include "core/store/database.h"

namespace dbackup::store {

/// A backup on a destination, as the index keeps it.
struct IndexedBackup {
    std::string path;
    TimePoint created_at{};
    TimePoint modified{};             ///< of its manifest
    std::int64_t manifest_bytes = 0;  ///< size of its manifest
    std::int64_t size_bytes = 0;      ///< of its objects
    std::string fault;                ///< why its manifest cannot be used; empty = sound
    std::string manifest;             ///< its text; empty with a fault
    /// Given to replace() and update(): nothing has changed, the row on record stays.
    bool unchanged = false;
    std::optional<BackupVerification> verification;
};

/// What lies on the destinations, as far as is known: the manifests as they were last seen, so that a listing
/// need not ask the storage. What may have changed since is on record, too. [thread-safe]
class BackupIndex {
public:
    explicit BackupIndex(Database& database) : database_(database) {}

    /// When a destination was listed as a whole, and with which settings.
    struct Listing {
        TimePoint listed_at{};
        std::string settings_hash;
    };
    std::optional<Listing> listing(const std::string& destination_id) const;
    /// Newest first.
    std::vector<IndexedBackup> list(const std::string& destination_id) const;
    std::optional<IndexedBackup> find(const std::string& destination_id, const std::string& path) const;

    /// A path to look at again.
    struct Change {
        std::int64_t number = 0;  ///< ascending; a path that changes again gets a new one
        std::string path;
    };
    /// Something may have changed at a path: queued, and on disk before whatever is written next. A
    /// destination that is gone is none.
    void changedLater(const std::string& destination_id, const std::string& path);
    std::vector<Change> changes(const std::string& destination_id) const;

    /// Takes over a whole listing, and the day's size and count with it.
    /// @param seen  changes on record before the listing began: they are done with
    void replace(const std::string& destination_id,
                 const Listing& listing,
                 const std::vector<IndexedBackup>& backups,
                 const std::vector<Change>& seen);
    /// Takes over what was found at the paths of `seen`: what is not among the backups is gone.
    void update(const std::string& destination_id,
                const std::vector<IndexedBackup>& backups,
                const std::vector<Change>& seen,
                TimePoint now);
    void erase(const std::string& destination_id, const std::vector<std::string>& paths);

    struct Removal {
        std::string destination_id;
        std::string path;
    };
    /// A deletion begins or has come to its end. On disk when it returns.
    void beginRemoval(const std::string& destination_id, const std::vector<std::string>& paths);
    void endRemoval(const std::string& destination_id, const std::vector<std::string>& paths);
    /// Deletions that have begun and not ended.
    std::vector<Removal> removals() const;

    void verified(const std::string& destination_id,
                  const std::string& path,
                  const BackupVerification& verification);

    /// What a destination held on a day.
    struct Snapshot {
        std::string date;  ///< yyyy-MM-dd, UTC
        std::int64_t size_bytes = 0;
        std::int64_t backups = 0;
    };
    /// Oldest first. @param from  the first day, inclusive
    std::vector<Snapshot> snapshots(const std::string& destination_id, const std::string& from) const;

private:
    Database& database_;
};

/// The day of a time: "2026-01-15", UTC. Thread-safe.
std::string dayOf(TimePoint time);

}  // namespace dbackup::store
