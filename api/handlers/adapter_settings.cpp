#include "api/handlers/adapter_settings.h"

#include <algorithm>

namespace dbackup::api {

namespace {

bool isEmptyValue(const JsonVar& value) {
    return value.isEmpty() || (value.isString() && value.extract<std::string>().empty());
}

// "/ssh/port" -> "config.ssh.port"
std::string fieldOf(const std::string& pointer) {
    std::string field = "config" + pointer;
    std::replace(field.begin(), field.end(), '/', '.');
    return field;
}

}  // namespace

std::string_view componentKind(AdapterType type) {
    switch (type) {
        case AdapterType::Database:
            return "engine";
        case AdapterType::Storage:
            return "target";
        case AdapterType::Notification:
            return "channel";
        case AdapterType::None:
            break;
    }
    return "";
}

std::string_view adapterNoun(AdapterType type) {
    switch (type) {
        case AdapterType::Database:
            return "source";
        case AdapterType::Storage:
            return "destination";
        case AdapterType::Notification:
            return "notification";
        case AdapterType::None:
            break;
    }
    return "";
}

std::string readPermission(AdapterType type) {
    switch (type) {
        case AdapterType::Database:
            return "sources:view";
        case AdapterType::Storage:
            return "destinations:read";
        case AdapterType::Notification:
        case AdapterType::None:
            break;
    }
    return "notifications:read";
}

std::string writePermission(AdapterType type) {
    return std::string(adapterNoun(type)) + "s:write";
}

const plugin::CatalogEntry* findComponent(const plugin::PluginCatalog& catalog, std::string_view adapter_id) {
    for (const std::string_view kind : {"engine", "target", "channel"}) {
        if (const auto* entry = catalog.find(kind, adapter_id)) return entry;
    }
    return nullptr;
}

AdapterType typeOf(const plugin::CatalogEntry& entry) {
    for (const auto type : {AdapterType::Database, AdapterType::Storage}) {
        if (entry.component.kind == componentKind(type)) return type;
    }
    return AdapterType::Notification;
}

Adapter withConfig(const Adapter& stored,
                   const JsonObject& config,
                   const plugin::CatalogEntry& entry,
                   BodyFields& body) {
    const auto& secret_keys = entry.validator->secretKeys();
    const JsonObject::Ptr kept = parseJsonObject(stored.secrets, "the stored secrets");
    JsonObject::Ptr shown = newObject();
    JsonObject::Ptr secrets = newObject();
    JsonObject::Ptr whole = newObject();
    for (const auto& key : config.getNames()) {
        if (std::find(secret_keys.begin(), secret_keys.end(), key) == secret_keys.end()) {
            shown->set(key, config.get(key));
            whole->set(key, config.get(key));
        }
    }
    for (const auto& key : secret_keys) {
        const JsonVar value = isEmptyValue(config.get(key)) ? kept->get(key) : config.get(key);
        if (!isEmptyValue(value)) {
            secrets->set(key, value);
            whole->set(key, value);
        }
    }
    Adapter adapter = stored;
    adapter.config = toText(shown);
    adapter.secrets = toText(secrets);
    // Defaults are filled in here, but not stored: a better default reaches old adapters too.
    for (const auto& fault : entry.validator->check(*whole)) {
        body.fault(fieldOf(fault.pointer), fault.reason);
    }
    return adapter;
}

std::string mergedSettings(const Adapter& adapter) {
    JsonObject::Ptr settings = parseJsonObject(adapter.config, "the stored config");
    const JsonObject::Ptr secrets = parseJsonObject(adapter.secrets, "the stored secrets");
    for (const auto& key : secrets->getNames()) {
        settings->set(key, secrets->get(key));
    }
    return toText(settings);
}

}  // namespace dbackup::api
