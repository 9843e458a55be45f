#include "core/worker/backup_run.h"
#include "core/worker/commands.h"

namespace dbackup::worker {

protocol::Event backup(const JsonObject& json, Run& run, Components& components) {
    protocol::BackupRequest request = protocol::backupRequestFrom(json);
    run.setUp(request.setup);
    return BackupRun(std::move(request), run, components).execute();
}

}  // namespace dbackup::worker
