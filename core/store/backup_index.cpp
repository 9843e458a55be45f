#include "core/store/backup_index.h"

#include <algorithm>
#include <set>

#include "core/store/limits.h"
#include "core/store/query.h"

namespace dbackup::store {

namespace {

const std::string select_backups =
    "SELECT b.path, b.created_at, b.modified_at, b.manifest_bytes, b.size_bytes, b.fault, b.manifest, "
    "v.verified_at, v.passed, v.started_by, v.error FROM stored_backups b LEFT JOIN backup_verifications v "
    "ON v.destination_id = b.destination_id AND v.path = b.path WHERE b.destination_id = ?";

void put(Connection& connection, const std::string& destination_id, const IndexedBackup& backup) {
    connection.execute(
        "INSERT INTO stored_backups (destination_id, path, created_at, modified_at, manifest_bytes, "
        "size_bytes, fault, manifest) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (destination_id, path) "
        "DO UPDATE SET created_at = excluded.created_at, modified_at = excluded.modified_at, "
        "manifest_bytes = excluded.manifest_bytes, size_bytes = excluded.size_bytes, "
        "fault = excluded.fault, manifest = excluded.manifest",
        {destination_id,
         backup.path,
         backup.created_at,
         backup.modified,
         backup.manifest_bytes,
         backup.size_bytes,
         backup.fault,
         backup.manifest});
}

void drop(Connection& connection, const std::string& destination_id, const std::string& path) {
    connection.execute("DELETE FROM stored_backups WHERE destination_id = ? AND path = ?",
                       {destination_id, path});
    connection.execute("DELETE FROM backup_verifications WHERE destination_id = ? AND path = ?",
                       {destination_id, path});
}

/// Of these paths those on which nothing was found are dropped, and the others put.
void takeOver(Connection& connection,
              const std::string& destination_id,
              std::set<std::string> paths,
              const std::vector<IndexedBackup>& found) {
    for (const IndexedBackup& backup : found) {
        if (!backup.unchanged) put(connection, destination_id, backup);
        paths.erase(backup.path);
    }
    for (const std::string& path : paths) {
        drop(connection, destination_id, path);
    }
}

void settle(Connection& connection,
            const std::string& destination_id,
            const std::vector<BackupIndex::Change>& seen) {
    for (const BackupIndex::Change& change : seen) {
        // One that changed again meanwhile has another number.
        connection.execute("DELETE FROM storage_changes WHERE destination_id = ? AND number = ?",
                           {destination_id, change.number});
    }
}

void snapshot(Connection& connection, const std::string& destination_id, TimePoint now) {
    connection.execute(
        "INSERT OR REPLACE INTO storage_snapshots (destination_id, date, size_bytes, backups) "
        "SELECT ?, ?, coalesce(sum(size_bytes), 0), count(*) FROM stored_backups WHERE destination_id = ?",
        {destination_id, dayOf(now), destination_id});
    connection.execute("DELETE FROM storage_snapshots WHERE destination_id = ? AND date < ?",
                       {destination_id, dayOf(now - snapshot_age)});
}

}  // namespace

static void read(Row& row, IndexedBackup& backup) {
    backup.path = row.text();
    backup.created_at = row.time();
    backup.modified = row.time();
    backup.manifest_bytes = row.integer();
    backup.size_bytes = row.integer();
    backup.fault = row.text();
    backup.manifest = row.text();
    if (const auto verified_at = row.optionalTime()) {
        const bool passed = row.flag();
        std::string trigger = row.text();
        backup.verification = BackupVerification{*verified_at, passed, std::move(trigger), row.text()};
    }
}

static void read(Row& row, BackupIndex::Listing& listing) {
    listing.listed_at = row.time();
    listing.settings_hash = row.text();
}

static void read(Row& row, BackupIndex::Change& change) {
    change.number = row.integer();
    change.path = row.text();
}

static void read(Row& row, BackupIndex::Removal& removal) {
    removal.destination_id = row.text();
    removal.path = row.text();
}

static void read(Row& row, BackupIndex::Snapshot& snapshot) {
    snapshot.date = row.text();
    snapshot.size_bytes = row.integer();
    snapshot.backups = row.integer();
}

std::optional<BackupIndex::Listing> BackupIndex::listing(const std::string& destination_id) const {
    return findRow<Listing>(database_,
                            "SELECT listed_at, settings_hash FROM storage_listings WHERE destination_id = ?",
                            {destination_id});
}

std::vector<IndexedBackup> BackupIndex::list(const std::string& destination_id) const {
    return listRows<IndexedBackup>(
        database_, select_backups + " ORDER BY b.created_at DESC, b.path DESC", {destination_id});
}

std::optional<IndexedBackup> BackupIndex::find(const std::string& destination_id,
                                               const std::string& path) const {
    return findRow<IndexedBackup>(database_, select_backups + " AND b.path = ?", {destination_id, path});
}

void BackupIndex::changedLater(const std::string& destination_id, const std::string& path) {
    changeLater(database_,
                "INSERT OR REPLACE INTO storage_changes (destination_id, path) "
                "SELECT id, ? FROM adapters WHERE id = ?",
                {path, destination_id});
}

std::vector<BackupIndex::Change> BackupIndex::changes(const std::string& destination_id) const {
    return listRows<Change>(
        database_,
        "SELECT number, path FROM storage_changes WHERE destination_id = ? ORDER BY number",
        {destination_id});
}

void BackupIndex::replace(const std::string& destination_id,
                          const Listing& listing,
                          const std::vector<IndexedBackup>& backups,
                          const std::vector<Change>& seen) {
    database_.write([&](Connection& connection) {
        const auto known = connection.select<std::string>(
            "SELECT path FROM stored_backups WHERE destination_id = ?", {destination_id});
        takeOver(connection, destination_id, {known.begin(), known.end()}, backups);
        settle(connection, destination_id, seen);
        connection.execute(
            "INSERT OR REPLACE INTO storage_listings (destination_id, listed_at, settings_hash) "
            "VALUES (?, ?, ?)",
            {destination_id, listing.listed_at, listing.settings_hash});
        snapshot(connection, destination_id, listing.listed_at);
    });
}

void BackupIndex::update(const std::string& destination_id,
                         const std::vector<IndexedBackup>& backups,
                         const std::vector<Change>& seen,
                         TimePoint now) {
    database_.write([&](Connection& connection) {
        std::set<std::string> paths;
        for (const Change& change : seen) {
            paths.insert(change.path);
        }
        takeOver(connection, destination_id, std::move(paths), backups);
        settle(connection, destination_id, seen);
        snapshot(connection, destination_id, now);
    });
}

void BackupIndex::erase(const std::string& destination_id, const std::vector<std::string>& paths) {
    database_.write([&](Connection& connection) {
        for (const std::string& path : paths) {
            drop(connection, destination_id, path);
        }
    });
}

void BackupIndex::beginRemoval(const std::string& destination_id, const std::vector<std::string>& paths) {
    database_.write([&](Connection& connection) {
        for (const std::string& path : paths) {
            connection.execute("INSERT OR REPLACE INTO storage_removals (destination_id, path) VALUES (?, ?)",
                               {destination_id, path});
        }
    });
}

void BackupIndex::endRemoval(const std::string& destination_id, const std::vector<std::string>& paths) {
    database_.write([&](Connection& connection) {
        for (const std::string& path : paths) {
            connection.execute("DELETE FROM storage_removals WHERE destination_id = ? AND path = ?",
                               {destination_id, path});
        }
    });
}

std::vector<BackupIndex::Removal> BackupIndex::removals() const {
    return listRows<Removal>(
        database_, "SELECT destination_id, path FROM storage_removals ORDER BY destination_id, path");
}

void BackupIndex::verified(const std::string& destination_id,
                           const std::string& path,
                           const BackupVerification& verification) {
    change(database_,
           "INSERT OR REPLACE INTO backup_verifications (destination_id, path, verified_at, passed, "
           "started_by, error) SELECT id, ?, ?, ?, ?, ? FROM adapters WHERE id = ?",
           {path,
            verification.verified_at,
            verification.passed,
            verification.trigger,
            verification.error,
            destination_id});
}

std::vector<BackupIndex::Snapshot> BackupIndex::snapshots(const std::string& destination_id,
                                                          const std::string& from) const {
    return listRows<Snapshot>(database_,
                              "SELECT date, size_bytes, backups FROM storage_snapshots "
                              "WHERE destination_id = ? AND date >= ? ORDER BY date",
                              {destination_id, from});
}

std::string dayOf(TimePoint time) {
    constexpr std::size_t date_length = 10;
    return toIso(time).substr(0, date_length);
}

}  // namespace dbackup::store
