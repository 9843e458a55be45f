#include <dbackup/sdk/target_extensions.h>

#include "core/pipeline/caught.h"
#include "core/protocol/storage_messages.h"
#include "core/worker/commands.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

protocol::Event presign(const JsonObject& json, Run& run, Components& components) {
    const protocol::PresignRequest request = protocol::presignRequestFrom(json);
    run.setUp(request.setup);
    requireBackupPath(request.path);
    OpenTarget open(request.component, run, components, run.stop());
    const pipeline::Destination& where = open.destination();
    auto* signer = static_cast<sdk::Presign*>(where.target().extension(sdk::Presign::id));
    if (signer == nullptr) {
        throw Error(ErrorKind::Unsupported,
                    "'" + where.name() + "' cannot make addresses for direct downloads",
                    "Ask for a download by way of the service");
    }
    const Manifest manifest = readBackup(where, request.path);
    std::string name = request.object;
    if (name != Manifest::file_name) {
        const ManifestObject& object = objectOf(manifest, request.object);
        if (object.name == request.object) {
            if (object.volumes.size() > 1) {
                throw Error(ErrorKind::Unsupported,
                            "object " + object.name + " lies in " + std::to_string(object.volumes.size()) +
                                " volumes, which have no address in common",
                            "Ask for a download by way of the service");
            }
            name = object.volumes.front().name;
        }
    }
    JsonObject::Ptr data = newObject();
    data->set("url", pipeline::guarded(where.plugin(), [&] {
                  return signer->presign(
                      request.path + "/" + name, std::chrono::seconds(request.valid_seconds), where.run());
              }));
    return success(data);
}

}  // namespace dbackup::worker
