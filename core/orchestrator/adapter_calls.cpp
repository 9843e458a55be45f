#include "core/orchestrator/adapter_calls.h"

#include <algorithm>

#include "core/orchestrator/scratch_folder.h"
#include "core/orchestrator/worker_call.h"

namespace dbackup::orchestrator {

namespace {

class Place {
public:
    explicit Place(std::counting_semaphore<limits::calls>& free, std::chrono::seconds timeout) : free_(free) {
        if (!free_.try_acquire_for(timeout)) {
            throw Error(ErrorKind::Unavailable,
                        "Too many tests and listings of adapters run at this moment",
                        "try again in a while")
                .canRetry();
        }
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { free_.release(); }

private:
    std::counting_semaphore<limits::calls>& free_;
};

StoredBackup backupFrom(const JsonObject& json) {
    StoredBackup backup;
    backup.fault = textOr(json, "fault");
    const std::string path = textOr(json, "path");
    if (const std::string modified = textOr(json, "modified"); !modified.empty()) {
        backup.modified = fromIso(modified);
    }
    if (backup.fault.empty()) {
        backup.manifest = parseManifest(textOr(json, "manifest"), path);
    } else {
        backup.manifest.path = path;
        backup.manifest.created_at = backup.modified;
    }
    return backup;
}

}  // namespace

sdk::ServerInfo AdapterCalls::test(const Adapter& adapter) {
    const auto data = ask("test", {{}, components_.of(adapter)}, limits::test_time);
    if (!data) {
        throw Error(ErrorKind::Unavailable,
                    "Connection test timed out after " + std::to_string(limits::test_time.count()) +
                        "s. Check the host and port settings.");
    }
    return {textOr(**data, "version"), textOr(**data, "edition"), textOr(**data, "message")};
}

std::vector<sdk::DatabaseInfo> AdapterCalls::databases(const Adapter& source) {
    const auto data = call("databases", {{}, components_.of(source)}, limits::databases_time);
    const auto list = arrayAt(*data, "databases");
    std::vector<sdk::DatabaseInfo> databases;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto entry = list->getObject(static_cast<unsigned>(i));
        databases.push_back(
            {textOr(*entry, "name"), static_cast<std::uint64_t>(integerOr(*entry, "sizeBytes", 0))});
    }
    return databases;
}

std::vector<StoredBackup> AdapterCalls::backups(const Adapter& destination, const std::string& path) {
    const auto data = call("list", {{}, components_.of(destination), path}, limits::list_time);
    const auto list = arrayAt(*data, "backups");
    std::vector<StoredBackup> backups;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        backups.push_back(backupFrom(*list->getObject(static_cast<unsigned>(i))));
    }
    std::stable_sort(backups.begin(), backups.end(), [](const StoredBackup& a, const StoredBackup& b) {
        return a.manifest.created_at > b.manifest.created_at;
    });
    return backups;
}

std::optional<JsonObject::Ptr> AdapterCalls::ask(std::string_view command,
                                                 protocol::ComponentRequest request,
                                                 std::chrono::seconds timeout) {
    const Place place(free_, timeout);
    const ScratchFolder scratch(parts_.worker.scratch_root, parts_.log);
    request.setup = {scratch.path().string(), parts_.worker.tool_path};
    return askWorker({parts_.worker, command, *protocol::toJson(request), timeout, parts_.log, {}});
}

JsonObject::Ptr AdapterCalls::call(std::string_view command,
                                   protocol::ComponentRequest request,
                                   std::chrono::seconds timeout) {
    const std::string name = request.component.name;
    if (auto data = ask(command, std::move(request), timeout)) {
        return std::move(*data);
    }
    throw Error(ErrorKind::Unavailable,
                "'" + name + "' did not answer within " + std::to_string(timeout.count()) + " s",
                "check its host and port, and whether it is overloaded")
        .canRetry();
}

}  // namespace dbackup::orchestrator
