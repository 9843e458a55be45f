#include "api/handlers/resource_schema.h"

#include "api/handlers/job_document.h"
#include "api/handlers/resource_document.h"

namespace dbackup::api {

namespace {

JsonObject::Ptr withMember(const std::string& key, const JsonVar& value) {
    JsonObject::Ptr object = newObject();
    object->set(key, value);
    return object;
}

JsonObject::Ptr typed(const std::string& type, const std::string& description = {}) {
    JsonObject::Ptr schema = withMember("type", type);
    if (!description.empty()) schema->set("description", description);
    return schema;
}

JsonArray::Ptr texts(const std::vector<std::string>& values) {
    JsonArray::Ptr array = new JsonArray;
    for (const auto& value : values) {
        array->add(value);
    }
    return array;
}

JsonObject::Ptr listOf(const JsonVar& items, const std::string& description) {
    JsonObject::Ptr schema = typed("array", description);
    schema->set("items", items);
    return schema;
}

/// The type of a default says the type of the member; null says nothing.
JsonObject::Ptr likeDefault(const std::string& key, const JsonVar& value) {
    if (key == "databases") return listOf(typed("string"), "Databases of the source; none = all");
    if (key == "retention") return typed("object", "What is kept on this destination");
    JsonObject::Ptr schema = newObject();
    if (value.isBoolean()) {
        schema->set("type", "boolean");
    } else if (value.isString()) {
        schema->set("type", "string");
    } else if (!value.isEmpty() && value.isNumeric()) {
        schema->set("type", "integer");
    }
    if (!value.isEmpty()) schema->set("default", value);
    return schema;
}

void addDefaults(JsonObject& properties, const JsonObject& defaults) {
    for (const auto& key : defaults.getNames()) {
        properties.set(key, likeDefault(key, defaults.get(key)));
    }
}

JsonObject::Ptr objectSchema(const JsonObject::Ptr& properties, const std::vector<std::string>& required) {
    JsonObject::Ptr schema = typed("object");
    schema->set("properties", properties);
    schema->set("required", texts(required));
    schema->set("additionalProperties", false);
    return schema;
}

JsonObject::Ptr kindProperty(ResourceKind kind) {
    JsonObject::Ptr properties = newObject();
    properties->set("kind", withMember("const", std::string(toString(kind))));
    if (kind != ResourceKind::Settings)
        properties->set("name", typed("string", "Unique among those of this kind"));
    return properties;
}

JsonObject::Ptr adapterSchema(ResourceKind kind, const plugin::CatalogEntry& entry) {
    JsonObject::Ptr properties = kindProperty(kind);
    properties->set("adapter", withMember("const", entry.component.id));
    JsonObject::Ptr config = new JsonObject(entry.validator->schema());
    properties->set("config", config);
    return objectSchema(properties, {"kind", "name", "adapter"});
}

JsonObject::Ptr jobSchema() {
    JsonObject::Ptr destination = newObject();
    destination->set("name", typed("string", "Name of a destination"));
    addDefaults(*destination, *jobDestinationDefaults());
    JsonArray::Ptr either = new JsonArray;
    either->add(typed("string", "Name of a destination"));
    either->add(objectSchema(destination, {"name"}));
    JsonObject::Ptr properties = kindProperty(ResourceKind::Job);
    properties->set("source", typed("string", "Name of the source"));
    properties->set("sources", listOf(typed("string"), "Names of further sources in the same backup"));
    properties->set("destinations", listOf(withMember("oneOf", either), "Where the backups go"));
    addDefaults(*properties, *jobDefaults());
    return objectSchema(properties, {"kind", "name", "source", "destinations"});
}

JsonObject::Ptr keySchema() {
    const auto& known = knownPermissions();
    JsonObject::Ptr permission = typed("string");
    permission->set("enum", texts({known.begin(), known.end()}));
    JsonObject::Ptr properties = kindProperty(ResourceKind::ApiKey);
    properties->set("permissions", listOf(permission, "What the key may do"));
    properties->set("expiresAt", typed("string", "2030-01-31T00:00:00Z; never without it"));
    properties->set("enabled", likeDefault("enabled", true));
    properties->set(
        "key", typed("string", "The key itself, as a placeholder; without it one is made and shown once"));
    return objectSchema(properties, {"kind", "name", "permissions"});
}

JsonObject::Ptr settingsSchema() {
    JsonObject::Ptr values = newObject();
    for (const auto& definition : store::settingDefinitions()) {
        const bool is_flag = definition.type == store::SettingDefinition::Type::Boolean;
        JsonObject::Ptr value = typed(is_flag ? "boolean" : "integer", definition.description);
        if (!is_flag) {
            value->set("minimum", static_cast<Poco::Int64>(definition.minimum));
            value->set("maximum", static_cast<Poco::Int64>(definition.maximum));
        }
        values->set(definition.key, value);
    }
    JsonObject::Ptr properties = kindProperty(ResourceKind::Settings);
    properties->set("settings", objectSchema(values, {}));
    return objectSchema(properties, {"kind", "settings"});
}

void addAdapters(JsonArray& all,
                 ResourceKind kind,
                 std::string_view component,
                 const plugin::PluginCatalog& catalog) {
    for (const auto& id : catalog.ids(component)) {
        all.add(adapterSchema(kind, *catalog.find(component, id)));
    }
}

}  // namespace

std::string resourceSchema(const plugin::PluginCatalog& catalog) {
    JsonArray::Ptr all = new JsonArray;
    addAdapters(*all, ResourceKind::Source, "engine", catalog);
    addAdapters(*all, ResourceKind::Destination, "target", catalog);
    all->add(jobSchema());
    all->add(keySchema());
    all->add(settingsSchema());
    JsonObject::Ptr schema = newObject();
    schema->set("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema->set("title", "DBackup resource");
    schema->set("description", "One document of the configuration as code");
    schema->set("type", "object");
    schema->set("oneOf", all);
    return toText(schema);
}

}  // namespace dbackup::api
