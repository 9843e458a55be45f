#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/orchestrator/download.h"
#include "core/orchestrator/storage_calls.h"

namespace dbackup::orchestrator {

/// What can be seen of, and done with, the backups on a destination. Listings are answered from the index of
/// what was last seen; what may have changed since is looked at first. All functions about a destination
/// throw NotFound when there is no such one, and what its worker reports. [thread-safe]
class StorageExplorer {
public:
    /// All outlive it.
    StorageExplorer(const Orchestrator::Parts& parts, const ComponentSettings& components);
    StorageExplorer(const StorageExplorer&) = delete;
    StorageExplorer& operator=(const StorageExplorer&) = delete;
    ~StorageExplorer();

    /// Once. Deletions that an earlier life has begun are brought to their end in the background.
    void start();
    /// Ends what works in the background, and checks that somebody waits for.
    void stop();

    enum class Freshness {
        None = 0,
        Indexed,  ///< as last seen; when that is long ago, looked at again in the background
        Fresh     ///< everything is read again before the answer
    };
    /// Newest first.
    std::vector<StoredBackup> backups(const std::string& destination_id, Freshness freshness);
    /// One of them, as last seen; looked for when it is not in the index.
    /// @throws Error NotFound, Integrity (its manifest is not sound)
    StoredBackup backup(const std::string& destination_id, const std::string& path);
    /// One of them as it lies there now. @throws as backup()
    StoredBackup currentBackup(const std::string& destination_id, const std::string& path);

    /// Deletes backups, each by itself, unless they are locked. The outcomes are in the order of the paths.
    std::vector<PathOutcome> remove(const std::string& destination_id, const std::vector<std::string>& paths);
    /// Locks or unlocks backups, each by itself.
    std::vector<PathOutcome> lock(const std::string& destination_id,
                                  const std::vector<std::string>& paths,
                                  bool locked);

    struct Check {
        CheckResult result;
        TimePoint verified_at{};
    };
    /// Reads a whole backup and compares it with its manifest; the outcome is kept.
    /// @param trigger  "manual" | "post-upload" | "scheduled"
    Check verify(const std::string& destination_id, const std::string& path, const std::string& trigger);
    /// Keeps the outcome of a check that ran as an execution.
    void keep(const std::string& destination_id,
              const std::string& path,
              const CheckResult& result,
              const std::string& trigger) const;

    /// Bytes of an object or of a whole backup. The calling thread must outlive what is returned.
    /// @param request  its setup and component are filled in here
    std::unique_ptr<Download> open(const std::string& destination_id,
                                   protocol::ReadRequest request,
                                   const std::stop_token& stop);
    /// An address from which anyone can read an object for a while.
    /// @throws Error Unsupported when the target cannot make one
    std::string directUrl(const std::string& destination_id,
                          const std::string& path,
                          const std::string& object,
                          std::chrono::seconds valid);

    /// What the destination held on each of the last days on which it was listed, oldest first.
    std::vector<store::BackupIndex::Snapshot> history(const std::string& destination_id, int days) const;

private:
    Adapter destination(const std::string& id) const;
    std::mutex& mutexOf(const std::string& destination_id);
    void reconcile(const Adapter& destination, Freshness freshness, const std::stop_token& stop);
    void catchUp(const Adapter& destination);
    void lookAt(const Adapter& destination, const std::vector<store::BackupIndex::Change>& changes);
    void finishRemoval(const Adapter& destination, const std::string& path, const std::stop_token& stop);
    void finishRemovals(const std::stop_token& stop);
    void settle(const Adapter& destination,
                std::vector<PathOutcome>& outcomes,
                const std::set<std::string>& begun);
    void reconcileLater(const std::string& destination_id);
    void work(const std::stop_token& stop);
    void workOn(const std::string& destination_id, const std::stop_token& stop);

    const Orchestrator::Parts& parts_;
    const ComponentSettings& components_;
    StorageCalls calls_;
    WorkerSlot::Semaphore downloads_{limits::calls};
    std::stop_source stopping_;

    std::mutex mutex_;  // guards what follows
    std::condition_variable_any changed_;
    std::map<std::string, std::unique_ptr<std::mutex>> listing_;  ///< one whole listing of each at a time
    std::set<std::string> outdated_;                              ///< to be reconciled
    std::vector<store::BackupIndex::Removal> interrupted_;        ///< to be brought to an end

    std::jthread worker_;
};

}  // namespace dbackup::orchestrator
