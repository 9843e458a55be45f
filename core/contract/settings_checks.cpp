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

/// @throws Broken unless the schema refuses the value
void requireRefused(const Subject& subject, const std::string& key, std::int64_t value) {
    JsonObject settings = change(key, value);
    for (const plugin::SchemaFault& fault : subject.schema().check(settings)) {
        if (fault.pointer == "/" + key) return;
    }
    throw Broken("the setting " + key + " may be " + std::to_string(value));
}

void requireRangesKept(const Subject& subject) {
    const JsonObject::Ptr properties = objectAt(subject.schema().schema(), "properties");
    if (!properties) return;
    for (const std::string& key : properties->getNames()) {
        const JsonObject::Ptr property = properties->getObject(key);
        if (!isOfType(*property, "integer")) continue;
        const bool is_port = textOr(*property, "format") == "port";
        requireRefused(subject, key, (is_port ? 1 : integerOr(*property, "minimum", 0)) - 1);
        requireRefused(subject, key, (is_port ? 65535 : integerOr(*property, "maximum", 0)) + 1);
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
    suite.add("settings: values out of range are refused", [&] { requireRangesKept(subject); });
    suite.add("settings: each has a title and a description", [&] { requirePeopleTexts(subject); });
    suite.add("settings: an unknown one is refused", [&] { requireUnknownRefused(subject); });
}

}  // namespace dbackup::contract
