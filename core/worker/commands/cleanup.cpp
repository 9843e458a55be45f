#include <optional>
#include <vector>

#include "core/pipeline/caught.h"
#include "core/worker/commands.h"
#include "core/worker/manifest_file.h"
#include "core/worker/stored_objects.h"

namespace dbackup::worker {

namespace {

/// Is there a backup that must be kept? A manifest that a newer version wrote counts, one that is damaged
/// does not.
bool isBackup(const pipeline::Destination& where, const std::string& path) {
    try {
        readManifest(where, path);
        return true;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unsupported) return true;
        if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Integrity) return false;
        throw;
    }
}

/// All that can be done is done before the first error is thrown.
void cleanUp(const pipeline::Destination& where, const std::vector<std::string>& tokens) {
    std::optional<Error> first;
    for (const std::string& token : tokens) {
        try {
            pipeline::guarded(where.plugin(), [&] { where.target().cleanup(token, where.run()); });
        } catch (const Error& error) {
            if (!first) first = error;
        }
    }
    if (first) throw Error(*first);
}

}  // namespace

protocol::Event cleanup(const JsonObject& json, Run& run, Components& components) {
    const protocol::CleanupRequest request = protocol::cleanupRequestFrom(json);
    run.setUp(request.setup);
    if (!request.path.empty()) requireBackupPath(request.path);
    OpenTarget open(request.component, run, components, run.stop());
    const pipeline::Destination& where = open.destination();
    cleanUp(where, request.tokens);
    int removed = 0;
    const bool kept = !request.path.empty() && isBackup(where, request.path);
    if (!request.path.empty() && !kept) removed = removeObjects(where, objectsBelow(where, request.path));
    JsonObject::Ptr data = newObject();
    data->set("removed", removed);
    data->set("kept", kept);
    return success(data);
}

}  // namespace dbackup::worker
