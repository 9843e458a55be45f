#include "core/worker/stored_objects.h"

#include <optional>

#include <dbackup/sdk/target_extensions.h>

#include "core/pipeline/caught.h"

namespace dbackup::worker {

namespace {

int removeOneByOne(const pipeline::Destination& where, const std::vector<std::string>& names) {
    std::optional<Error> first;
    int removed = 0;
    for (const std::string& name : names) {
        try {
            if (pipeline::guarded(where.plugin(), [&] { return where.target().remove(name, where.run()); }))
                ++removed;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) throw;
            if (!first) first = error;
        }
    }
    if (first) throw Error(*first);
    return removed;
}

}  // namespace

std::vector<std::string> objectsBelow(const pipeline::Destination& where, const std::string& path) {
    std::vector<std::string> names;
    pipeline::guarded(where.plugin(), [&] {
        const auto collect = [&](const sdk::ObjectInfo& info) {
            names.push_back(info.name);
            return true;
        };
        where.target().list(path + "/", collect, where.run());
    });
    return names;
}

int removeObjects(const pipeline::Destination& where, const std::vector<std::string>& names) {
    auto* batch = static_cast<sdk::BatchRemove*>(where.target().extension(sdk::BatchRemove::id));
    if (batch == nullptr || names.size() < 2) return removeOneByOne(where, names);
    pipeline::guarded(where.plugin(), [&] { batch->removeAll(names, where.run()); });
    return static_cast<int>(names.size());
}

}  // namespace dbackup::worker
