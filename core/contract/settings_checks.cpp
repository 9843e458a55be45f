#include "core/contract/engine_checks.h"

namespace dbackup::contract {

namespace {

bool isOfType(const JsonObject& property, const std::string& type) {
    const JsonVar value = property.get("type");
    return value.isString() && value.toString() == type;
}

void requireBounds(const Subject& subject) {
    const JsonObject::Ptr properties = objectAt(subject.schema().schema(), "properties");
    if (!properties) return;
    for (const std::string& key : properties->getNames()) {
        const JsonObject::Ptr property = properties->getObject(key);
        const bool is_port = textOr(*property, "format") == "port";
        if (!isOfType(*property, "integer") || is_port) continue;
        require(property->has("minimum") && property->has("maximum"),
                "the setting " + key + " is a whole number without minimum and maximum");
    }
}

void requirePeopleTexts(const Subject& subject) {
    const JsonObject::Ptr properties = objectAt(subject.schema().schema(), "properties");
    if (!properties) return;
    for (const std::string& key : properties->getNames()) {
        const JsonObject::Ptr property = properties->getObject(key);
        require(!textOr(*property, "title").empty() && !textOr(*property, "description").empty(),
                "the setting " + key + " has no title or no description");
    }
}

void requireUnknownRefused(const Subject& subject) {
    JsonObject settings = change("dbackup-check-unknown", true);
    for (const plugin::SchemaFault& fault : subject.schema().check(settings)) {
        if (fault.pointer == "/dbackup-check-unknown") return;
    }
    throw Broken("a misspelt setting is taken: say \"additionalProperties\": false");
}

}  // namespace

void addSettingsChecks(Suite& suite, const Subject& subject) {
    suite.add("settings: numbers have bounds", [&] { requireBounds(subject); });
    suite.add("settings: each has a title and a description", [&] { requirePeopleTexts(subject); });
    suite.add("settings: an unknown one is refused", [&] { requireUnknownRefused(subject); });
}

}  // namespace dbackup::contract
