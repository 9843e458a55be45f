// The use cases of Orchestrator that ask a worker one question and wait for its answer.
#include <algorithm>

#include "core/orchestrator/orchestrator.h"
#include "core/orchestrator/scratch_folder.h"

namespace dbackup::orchestrator {

namespace {

constexpr std::chrono::seconds test_timeout{10};
constexpr std::chrono::seconds databases_timeout{30};
constexpr std::chrono::seconds list_timeout{120};

std::string_view kindOf(AdapterType type) {
    switch (type) {
        case AdapterType::Database:
            return "engine";
        case AdapterType::Storage:
            return "target";
        default:
            return "channel";
    }
}

JsonObject::Ptr call(const Orchestrator::Parts& parts,
                     std::string_view command,
                     const protocol::ComponentRef& component,
                     std::chrono::seconds timeout) {
    const ScratchFolder scratch(parts.worker.scratch_root, parts.log);
    const protocol::ComponentRequest request{{scratch.path().string(), parts.worker.tool_path}, component};
    return callWorker(parts.worker, command, *protocol::toJson(request), timeout, parts.log);
}

Adapter required(const Orchestrator::Parts& parts,
                 const std::string& id,
                 AdapterType type,
                 const std::string& message) {
    auto adapter = parts.adapters.find(id);
    if (!adapter || adapter->type != type) {
        throw Error(ErrorKind::NotFound, message);
    }
    return std::move(*adapter);
}

Adapter unsaved(AdapterType type, const std::string& adapter_id, const std::string& settings) {
    Adapter adapter;
    adapter.name = adapter_id;
    adapter.type = type;
    adapter.adapter_id = adapter_id;
    adapter.config = settings;
    return adapter;
}

std::vector<sdk::DatabaseInfo> databasesOf(const Orchestrator::Parts& parts,
                                           const protocol::ComponentRef& source) {
    const auto data = call(parts, "databases", source, databases_timeout);
    const auto list = arrayAt(*data, "databases");
    std::vector<sdk::DatabaseInfo> databases;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto entry = list->getObject(static_cast<unsigned>(i));
        databases.push_back(
            {textOr(*entry, "name"), static_cast<std::uint64_t>(integerOr(*entry, "sizeBytes", 0))});
    }
    return databases;
}

StoredBackup backupFrom(const JsonObject& json) {
    StoredBackup backup;
    backup.fault = textOr(json, "fault");
    const std::string path = textOr(json, "path");
    if (backup.fault.empty()) {
        backup.manifest = parseManifest(textOr(json, "manifest"), path);
    }
    backup.manifest.path = path;
    if (const std::string modified = textOr(json, "modified"); !modified.empty()) {
        backup.modified = fromIso(modified);
    }
    if (!backup.fault.empty()) backup.manifest.created_at = backup.modified;
    return backup;
}

/// Of callWorker() itself, not of the component that was asked.
bool isTimeout(const Error& error) {
    return error.kind() == ErrorKind::Unavailable &&
           std::string_view(error.what()).find("did not end within") != std::string_view::npos;
}

}  // namespace

sdk::ServerInfo Orchestrator::test(AdapterType type,
                                   const std::string& adapter_id,
                                   const std::string& settings) {
    const auto component = this->component(unsaved(type, adapter_id, settings));
    try {
        const auto data = call(parts(), "test", component, test_timeout);
        return {textOr(*data, "version"), textOr(*data, "edition"), textOr(*data, "message")};
    } catch (const Error& error) {
        if (!isTimeout(error)) throw;
        throw Error(ErrorKind::Unavailable,
                    "Connection test timed out after 10s. Check the host and port settings.");
    }
}

std::vector<sdk::DatabaseInfo> Orchestrator::databases(const std::string& source_id) {
    const Adapter source = required(parts(), source_id, AdapterType::Database, "Database source not found");
    return databasesOf(parts(), component(source));
}

std::vector<sdk::DatabaseInfo> Orchestrator::databases(const std::string& adapter_id,
                                                       const std::string& settings) {
    return databasesOf(parts(), component(unsaved(AdapterType::Database, adapter_id, settings)));
}

std::vector<StoredBackup> Orchestrator::backups(const std::string& destination_id) {
    const Adapter destination = required(parts(),
                                         destination_id,
                                         AdapterType::Storage,
                                         "Storage configuration with ID " + destination_id + " not found.");
    const auto data = call(parts(), "list", component(destination), list_timeout);
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

protocol::ComponentRef Orchestrator::component(const Adapter& adapter) const {
    const auto* entry = parts().catalog.find(kindOf(adapter.type), adapter.adapter_id);
    if (entry == nullptr) {
        throw Error(ErrorKind::NotFound,
                    "No plugin serves '" + adapter.adapter_id + "', which '" + adapter.name + "' needs",
                    "look at GET /api/plugins for plugins that were refused");
    }
    auto settings = parseJsonObject(adapter.config, "the settings of '" + adapter.name + "'");
    const auto secrets = parseJsonObject(adapter.secrets, "the secrets of '" + adapter.name + "'");
    for (const auto& [key, value] : *secrets) {
        settings->set(key, value);
    }
    std::string faults;
    for (const auto& fault : entry->validator->check(*settings)) {
        faults += (faults.empty() ? "" : "; ") + fault.pointer + " " + fault.reason;
    }
    if (!faults.empty()) {
        throw Error(ErrorKind::Settings, "The settings of '" + adapter.name + "' are wrong: " + faults);
    }
    return {adapter.id,
            adapter.name,
            entry->plugin_file,
            adapter.adapter_id,
            dbackup::toText(JsonVar(settings)),
            entry->validator->secretKeys()};
}

}  // namespace dbackup::orchestrator
