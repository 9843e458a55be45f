#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/model/stored_backup.h"
#include "core/orchestrator/worker_process.h"
#include "core/plugin/plugin_catalog.h"
#include "core/store/adapter_store.h"
#include "core/store/backup_index.h"
#include "core/store/execution_store.h"
#include "core/store/job_store.h"
#include "core/store/setting_store.h"

namespace dbackup::orchestrator {

/// Who started something.
struct Trigger {
    std::string type;   ///< "Api" | "Manual" | "Scheduler"
    std::string label;  ///< name of the key or user
};

struct RestoreCommand {
    std::string destination_id;  ///< the storage adapter that keeps the backup
    std::string path;            ///< "<job>/<backup>"
    std::string target_source_id;
    std::vector<protocol::RestoreRequest::Item> items;  ///< empty = all
    bool globals = false;
    bool overwrite = false;
    bool no_owner = false;
    std::string source_id = {};               ///< which source of the backup; empty = all that fit the target
    std::vector<std::string> selection = {};  ///< parts of the one database; empty = all of it
    std::map<std::string, std::string> owners = {};  ///< an owner's name in the backup -> here
};

class StorageExplorer;

enum class CancelResult { None = 0, Pending, Running };

/// The use cases. Knows no HTTP, no SQL, no fork. [thread-safe]
class Orchestrator {
public:
    /// All references must outlive it.
    struct Parts {
        store::ExecutionStore& executions;
        store::JobStore& jobs;
        store::AdapterStore& adapters;
        store::SettingStore& settings;
        store::BackupIndex& index;
        const plugin::PluginCatalog& catalog;
        const Clock& clock;
        const Log& log;
        WorkerOptions worker;
    };
    explicit Orchestrator(Parts parts);
    Orchestrator(const Orchestrator&) = delete;
    Orchestrator& operator=(const Orchestrator&) = delete;
    /// stop() with no grace.
    ~Orchestrator();

    /// Once. Recovery, then work: Running executions of an earlier life become Failed and what they left is
    /// cleaned up (by a thread of its own); Pending ones are queued again in their order.
    void start();
    /// No new work; running work gets `grace` to end, then is cancelled. Pending executions stay Pending for
    /// the next start. Returns when nothing runs. Another call meanwhile, with less grace, hastens it.
    void stop(std::chrono::milliseconds grace);

    /// Queues a backup; the execution is on disk when this returns.
    /// @return its id. @throws Error NotFound "Job not found"; Unavailable while stopping
    std::string startBackup(const std::string& job_id, const Trigger& trigger, bool lock);
    /// Queues a restore. Checks first what can be checked without touching the target: destination and
    /// target exist and fit, manifest is there and sound, databases asked for are in it.
    /// @throws Error NotFound, Settings, Integrity, Unsupported, Unavailable
    std::string startRestore(const RestoreCommand& command, const Trigger& trigger);
    /// Queues the check of a stored backup. @throws Error NotFound when the destination has none there
    std::string startVerification(const std::string& destination_id,
                                  const std::string& path,
                                  const Trigger& trigger);
    /// Pending: cancelled at once. Running: the dump is killed; the status changes shortly after.
    /// @param who  for the execution's error: "Execution was cancelled by <who>"
    /// @throws Error NotFound; Settings "Cannot cancel execution with status: X"
    CancelResult cancel(const std::string& execution_id, const std::string& who = "user");

    /// Tests settings (secrets included) of a component.
    /// @param type  engine for databases, target for storage
    sdk::ServerInfo test(AdapterType type, const std::string& adapter_id, const std::string& settings);
    /// Databases that a saved source reaches.
    std::vector<sdk::DatabaseInfo> databases(const std::string& source_id);
    /// The same of settings (secrets included) that are not saved.
    std::vector<sdk::DatabaseInfo> databases(const std::string& adapter_id, const std::string& settings);
    /// The backups on the destinations.
    StorageExplorer& storage();

    /// Settings of an adapter as the plugin gets them: config and secrets merged, defaults filled in.
    /// @throws Error Settings naming every fault; NotFound when no plugin serves the id
    protocol::ComponentRef component(const Adapter& adapter) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace dbackup::orchestrator
