#include "api/handlers/adapter_json.h"

#include <set>

#include "api/handlers/adapter_settings.h"

namespace dbackup::api {

AdapterIndex::AdapterIndex(const store::AdapterStore& adapters) {
    for (const auto type : {AdapterType::Database, AdapterType::Storage}) {
        for (auto& adapter : adapters.list(type)) {
            std::string id = adapter.id;
            by_id_.emplace(std::move(id), std::move(adapter));
        }
    }
}

const Adapter* AdapterIndex::find(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
}

void writeAdapterRow(JsonWriter& out, const Adapter& adapter) {
    out.text("id", adapter.id)
        .text("name", adapter.name)
        .text("type", toString(adapter.type))
        .text("adapterId", adapter.adapter_id)
        .text("config", adapter.config)
        .textOrNull("metadata", adapter.metadata == "{}" ? std::string() : adapter.metadata)
        .time("createdAt", adapter.created_at)
        .time("updatedAt", adapter.updated_at)
        .textOrNull("storageRole", adapter.storage_role)
        .null("primaryCredentialId")
        .null("sshCredentialId")
        .null("defaultRetentionPolicyId")
        .time("lastHealthCheck", adapter.last_health_check)
        .textOrNull("lastStatus", adapter.last_status)
        .textOrNull("lastError", adapter.last_error)
        .number("consecutiveFailures", 0);
}

void writeAdapter(JsonWriter& out, const Adapter& adapter, const plugin::PluginCatalog& catalog) {
    writeAdapterRow(out, adapter);
    const JsonObject::Ptr secrets = parseJsonObject(adapter.secrets, "the stored secrets");
    const auto names = secrets->getNames();
    std::set<std::string> keys(names.begin(), names.end());
    // Without its plugin we know of no secret that is missing, only of those that are there.
    if (const auto* entry = catalog.find(componentKind(adapter.type), adapter.adapter_id)) {
        keys.insert(entry->validator->secretKeys().begin(), entry->validator->secretKeys().end());
    }
    out.beginObject("secretStatus");
    for (const auto& key : keys) {
        out.flag(key, secrets->has(key));
    }
    out.end().flag("supportsBrowse", false);
}

}  // namespace dbackup::api
