#include "api/handlers/resource_document.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "api/handlers/adapter_settings.h"
#include "api/handlers/job_json.h"

namespace dbackup::api {

namespace {

using Names = std::set<std::string, std::less<>>;

// What a job's JSON has of its own making, or that documents say by names.
const Names not_of_job = {"id",
                          "name",
                          "createdAt",
                          "updatedAt",
                          "source",
                          "sourceId",
                          "sourceIds",
                          "destinations",
                          "sources",
                          "notifications",
                          "notificationTemplates",
                          "encryptionProfile",
                          "schedulePreset"};
const Names not_of_destination = {"id", "jobId", "configId", "priority", "createdAt", "updatedAt", "config"};

JsonObject::Ptr newDocument(ResourceKind kind, const std::string& name) {
    JsonObject::Ptr document = newObject();
    document->set("kind", std::string(toString(kind)));
    if (!name.empty()) document->set("name", name);
    return document;
}

/// "${" of a stored text would be read as a placeholder.
JsonVar escaped(const JsonVar& value) {
    if (value.type() == typeid(JsonObject::Ptr)) {
        JsonObject::Ptr object = newObject();
        for (const auto& key : value.extract<JsonObject::Ptr>()->getNames()) {
            object->set(key, escaped(value.extract<JsonObject::Ptr>()->get(key)));
        }
        return object;
    }
    if (value.type() == typeid(JsonArray::Ptr)) {
        JsonArray::Ptr array = new JsonArray;
        for (const auto& element : *value.extract<JsonArray::Ptr>()) {
            array->add(escaped(element));
        }
        return array;
    }
    if (!value.isString()) return value;
    std::string text = value.extract<std::string>();
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) {
        text.insert(at, 1, '$');
    }
    return text;
}

/// SHOP_DB for "Shop DB"
std::string variablePart(const std::string& name) {
    std::string part;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        part += std::isalnum(byte) != 0 && byte < 0x80 ? static_cast<char>(std::toupper(byte)) : '_';
    }
    return part;
}

JsonObject::Ptr without(const JsonObject& object, const Names& left_out) {
    JsonObject::Ptr rest = newObject();
    for (const auto& key : object.getNames()) {
        if (!left_out.contains(key)) rest->set(key, object.get(key));
    }
    return rest;
}

/// A job as REST has it; whatever members it gets in future are there without a change here.
JsonObject::Ptr restForm(const Job& job, const AdapterIndex& adapters) {
    JsonWriter out;
    out.beginObject();
    writeJob(out, job, adapters);
    out.end();
    return parseJsonObject(out.take(), "a job");
}

/// What REST gives as JSON text is an object or array in a document.
JsonVar unfolded(const std::string& key, const JsonVar& value) {
    if ((key == "databases" || key == "retention") && value.isString()) {
        return parseJson(value.extract<std::string>(), key);
    }
    return value;
}

void setWhatDiffers(JsonObject& document, const JsonObject& members, const JsonObject& defaults) {
    for (const auto& key : members.getNames()) {
        const JsonVar value = members.get(key);
        if (defaults.has(key) && toText(value) != toText(defaults.get(key))) {
            document.set(key, escaped(unfolded(key, value)));
        }
    }
}

std::string nameOf(const AdapterIndex& adapters, const std::string& id) {
    const Adapter* adapter = adapters.find(id);
    return adapter == nullptr ? id : adapter->name;
}

JsonArray::Ptr destinationsOf(const JsonObject& rest, const AdapterIndex& adapters) {
    JsonArray::Ptr destinations = new JsonArray;
    const JsonArray::Ptr from = arrayAt(rest, "destinations");
    for (unsigned i = 0; from && i < from->size(); ++i) {
        const JsonObject::Ptr members = from->getObject(i);
        JsonObject::Ptr destination = newObject();
        destination->set("name", nameOf(adapters, textOr(*members, "configId")));
        setWhatDiffers(*destination, *members, *jobDestinationDefaults());
        destinations->add(destination);
    }
    return destinations;
}

void flatten(const JsonObject& object, const std::string& prefix, std::map<std::string, std::string>& flat) {
    for (const auto& key : object.getNames()) {
        const JsonVar value = object.get(key);
        if (value.type() == typeid(JsonObject::Ptr)) {
            flatten(*value.extract<JsonObject::Ptr>(), prefix + key + '.', flat);
        } else {
            flat[prefix + key] = toText(value);
        }
    }
}

}  // namespace

const std::vector<ResourceKind>& resourceKinds() {
    static const std::vector<ResourceKind> kinds = {ResourceKind::Settings,
                                                    ResourceKind::Source,
                                                    ResourceKind::Destination,
                                                    ResourceKind::ApiKey,
                                                    ResourceKind::Job};
    return kinds;
}

std::string_view toString(ResourceKind kind) noexcept {
    constexpr std::array<std::string_view, 6> names = {
        "", "Settings", "Source", "Destination", "ApiKey", "Job"};
    return names.at(static_cast<std::size_t>(kind));
}

ResourceKind resourceKindFrom(std::string_view name) noexcept {
    const auto& kinds = resourceKinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](auto kind) { return toString(kind) == name; });
    return found == kinds.end() ? ResourceKind::None : *found;
}

std::string readPermission(ResourceKind kind) {
    if (kind == ResourceKind::Source) return readPermission(AdapterType::Database);
    if (kind == ResourceKind::Destination) return readPermission(AdapterType::Storage);
    return kind == ResourceKind::Job      ? "jobs:read"
           : kind == ResourceKind::ApiKey ? "api-keys:read"
                                          : "settings:read";
}

std::string writePermission(ResourceKind kind) {
    if (kind == ResourceKind::Source) return writePermission(AdapterType::Database);
    if (kind == ResourceKind::Destination) return writePermission(AdapterType::Storage);
    return kind == ResourceKind::Job      ? "jobs:write"
           : kind == ResourceKind::ApiKey ? "api-keys:write"
                                          : "settings:write";
}

JsonObject::Ptr documentOf(const Adapter& adapter) {
    const ResourceKind kind =
        adapter.type == AdapterType::Database ? ResourceKind::Source : ResourceKind::Destination;
    JsonObject::Ptr document = newDocument(kind, adapter.name);
    document->set("adapter", adapter.adapter_id);
    JsonObject::Ptr config =
        escaped(parseJsonObject(adapter.config, "the stored config")).extract<JsonObject::Ptr>();
    for (const auto& key : parseJsonObject(adapter.secrets, "the stored secrets")->getNames()) {
        config->set(key, "${env:DBACKUP_" + variablePart(adapter.name) + '_' + variablePart(key) + '}');
    }
    document->set("config", config);
    return document;
}

JsonObject::Ptr documentOf(const ApiKey& key) {
    JsonObject::Ptr document = newDocument(ResourceKind::ApiKey, key.name);
    JsonArray::Ptr permissions = new JsonArray;
    for (const auto& permission : key.permissions) {
        permissions->add(permission);
    }
    document->set("permissions", permissions);
    if (key.expires_at) document->set("expiresAt", toIso(*key.expires_at));
    if (!key.enabled) document->set("enabled", false);
    return document;
}

JsonObject::Ptr documentOf(const Job& job, const store::AdapterStore& adapter_store) {
    const AdapterIndex adapters(adapter_store);
    const JsonObject::Ptr rest = restForm(job, adapters);
    JsonObject::Ptr document = newDocument(ResourceKind::Job, job.name);
    document->set("source", nameOf(adapters, job.source_id));
    JsonArray::Ptr sources = new JsonArray;
    for (const auto& id : job.more_source_ids) {
        sources->add(nameOf(adapters, id));
    }
    if (sources->size() > 0) document->set("sources", sources);
    document->set("destinations", destinationsOf(*rest, adapters));
    setWhatDiffers(*document, *rest, *jobDefaults());
    return document;
}

JsonObject::Ptr documentOf(const store::SettingStore& settings) {
    JsonObject::Ptr values = newObject();
    for (const auto& definition : store::settingDefinitions()) {
        const std::int64_t value = settings.value(definition.key);
        if (definition.type == store::SettingDefinition::Type::Boolean) {
            values->set(definition.key, value != 0);
        } else {
            values->set(definition.key, static_cast<Poco::Int64>(value));
        }
    }
    JsonObject::Ptr document = newDocument(ResourceKind::Settings, "");
    document->set("settings", values);
    return document;
}

JsonObject::Ptr jobDefaults() {
    JsonWriter out;
    out.beginObject();
    writeJob(out, Job(), AdapterIndex());
    out.end();
    return without(*parseJsonObject(out.take(), "a job"), not_of_job);
}

JsonObject::Ptr jobDestinationDefaults() {
    Job job;
    job.destinations.emplace_back();
    const JsonObject::Ptr rest = restForm(job, AdapterIndex());
    return without(*arrayAt(*rest, "destinations")->getObject(0), not_of_destination);
}

std::map<std::string, std::string> flattened(const JsonObject& document) {
    std::map<std::string, std::string> flat;
    flatten(document, "", flat);
    return flat;
}

}  // namespace dbackup::api
