#include "core/worker/commands.h"
#include "core/worker/restore_run.h"

namespace dbackup::worker {

protocol::Event restore(const JsonObject& json, Run& run, Components& components) {
    protocol::RestoreRequest request = protocol::restoreRequestFrom(json);
    run.setUp(request.setup);
    return RestoreRun(std::move(request), run, components).execute();
}

}  // namespace dbackup::worker
