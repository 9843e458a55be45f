#include "api/handlers/settings.h"

#include "api/handlers/json_writer.h"
#include "core/base/error.h"

namespace dbackup::api {

namespace {

using store::SettingDefinition;
using Change = std::pair<std::string, std::int64_t>;

void writeValue(JsonWriter& out,
                std::string_view key,
                const SettingDefinition& definition,
                std::int64_t value) {
    if (definition.type == SettingDefinition::Type::Boolean) {
        out.flag(key, value != 0);
    } else {
        out.number(key, value);
    }
}

const SettingDefinition* definitionOf(const std::string& key) {
    for (const auto& definition : store::settingDefinitions()) {
        if (definition.key == key) return &definition;
    }
    return nullptr;
}

void readChange(const std::string& key, BodyFields& body, std::vector<Change>& changes) {
    const SettingDefinition* definition = definitionOf(key);
    if (definition == nullptr) {
        body.fault(key, "is no setting");
    } else if (body.value(key).isEmpty()) {
        body.fault(key, "must have a value");
    } else if (definition->type == SettingDefinition::Type::Boolean) {
        changes.emplace_back(key, body.flag(key).value_or(false) ? 1 : 0);
    } else {
        changes.emplace_back(key, body.integer(key, definition->minimum, definition->maximum).value_or(0));
    }
}

// {"key": K, "value": V}, as GET shows a setting, means {K: V}.
JsonObject::Ptr changesIn(const JsonObject::Ptr& json) {
    if (!json->has("key") || !json->has("value")) {
        return json;
    }
    JsonObject::Ptr changes = newObject();
    changes->set(textOr(*json, "key"), json->get("value"));
    return changes;
}

}  // namespace

std::vector<Change> settingChanges(const JsonObject& json, BodyFields& body) {
    std::vector<Change> changes;
    for (const auto& key : json.getNames()) {
        readChange(key, body, changes);
    }
    return changes;
}

Response listSettings(const store::SettingStore& settings) {
    JsonWriter out = success();
    out.beginArray("data");
    for (const auto& definition : store::settingDefinitions()) {
        const bool is_flag = definition.type == SettingDefinition::Type::Boolean;
        out.beginObject().text("key", definition.key).text("type", is_flag ? "boolean" : "integer");
        writeValue(out, "value", definition, settings.value(definition.key));
        writeValue(out, "default", definition, definition.default_value);
        if (!is_flag) {
            out.number("minimum", definition.minimum).number("maximum", definition.maximum);
        }
        out.text("description", definition.description).end();
    }
    out.end().end();
    return respond(out);
}

Response changeSettings(const Request& request, store::SettingStore& settings) {
    const JsonObject::Ptr json = changesIn(request.json());
    BodyFields body(json);
    const std::vector<Change> changes = settingChanges(*json, body);
    body.throwIfFaulty();
    settings.set(changes);
    return listSettings(settings);
}

}  // namespace dbackup::api
