#include "cli/json.h"

#include <sstream>

#include <Poco/JSON/Parser.h>

namespace dbackup::cli {

JsonVar parseJson(const std::string& text) {
    Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
    parser.setDepth(64);
    return parser.parse(text);
}

JsonObject::Ptr newObject() {
    return new JsonObject(Poco::JSON_PRESERVE_KEY_ORDER);
}

std::string toText(const JsonVar& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out, 0, -1, Poco::JSON_WRAP_STRINGS);
    return out.str();
}

std::string toIndentedText(const JsonVar& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out, 2, -1, Poco::JSON_WRAP_STRINGS);
    return out.str() + '\n';
}

std::string textAt(const JsonObject& object, const std::string& key, const std::string& fallback) {
    const JsonVar value = object.get(key);
    return value.isString() ? value.extract<std::string>() : fallback;
}

std::optional<std::int64_t> numberAt(const JsonObject& object, const std::string& key) {
    const JsonVar value = object.get(key);
    if (value.isEmpty() || !value.isNumeric() || value.isBoolean()) return std::nullopt;
    return value.convert<Poco::Int64>();
}

bool flagAt(const JsonObject& object, const std::string& key, bool fallback) {
    const JsonVar value = object.get(key);
    return value.isBoolean() ? value.extract<bool>() : fallback;
}

JsonObject::Ptr asObject(const JsonVar& value) {
    return value.type() == typeid(JsonObject::Ptr) ? value.extract<JsonObject::Ptr>() : newObject();
}

JsonObject::Ptr objectAt(const JsonObject& object, const std::string& key) {
    return asObject(object.get(key));
}

std::vector<JsonObject::Ptr> objectsIn(const JsonVar& array) {
    std::vector<JsonObject::Ptr> objects;
    if (array.type() != typeid(JsonArray::Ptr)) return objects;
    for (const JsonVar& element : *array.extract<JsonArray::Ptr>()) {
        if (element.type() == typeid(JsonObject::Ptr)) objects.push_back(element.extract<JsonObject::Ptr>());
    }
    return objects;
}

std::vector<JsonObject::Ptr> objectsAt(const JsonObject& object, const std::string& key) {
    return objectsIn(object.get(key));
}

std::vector<std::string> textsAt(const JsonObject& object, const std::string& key) {
    JsonVar value = object.get(key);
    if (value.isString()) {
        try {
            value = parseJson(value.extract<std::string>());
        } catch (const Poco::Exception&) {
            return {};
        }
    }
    std::vector<std::string> texts;
    if (value.type() != typeid(JsonArray::Ptr)) return texts;
    for (const JsonVar& element : *value.extract<JsonArray::Ptr>()) {
        if (element.isString()) texts.push_back(element.extract<std::string>());
    }
    return texts;
}

}  // namespace dbackup::cli
