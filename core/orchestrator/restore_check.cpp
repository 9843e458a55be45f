#include "core/orchestrator/restore_check.h"

#include <algorithm>

namespace dbackup::orchestrator {

void requireRestorable(const Manifest& manifest, const RestoreCommand& command, const Adapter& target) {
    const auto& sources = manifest.sources;
    const auto fits = [&](const ManifestSource& source) { return source.adapter_id == target.adapter_id; };
    if (std::none_of(sources.begin(), sources.end(), fits)) {
        throw Error(ErrorKind::Unsupported,
                    "A backup of " +
                        (sources.empty() ? std::string("an unknown source") : sources.front().adapter_id) +
                        " cannot be restored into " + target.adapter_id + " source '" + target.name + "'");
    }
    if (!command.source_id.empty() &&
        std::none_of(sources.begin(), sources.end(), [&](const ManifestSource& source) {
            return source.id == command.source_id && fits(source);
        })) {
        throw Error(
            ErrorKind::NotFound,
            "Backup " + manifest.path + " has no " + target.adapter_id + " source " + command.source_id);
    }
    for (const auto& item : command.items) {
        const auto& objects = manifest.objects;
        const auto same = [&](const ManifestObject& object) { return object.database == item.original; };
        if (std::none_of(objects.begin(), objects.end(), same)) {
            throw Error(ErrorKind::NotFound,
                        "Database '" + item.original + "' is not in backup " + manifest.path);
        }
    }
}

}  // namespace dbackup::orchestrator
