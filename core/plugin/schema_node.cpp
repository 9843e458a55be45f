#include "core/plugin/schema_node.h"

#include <algorithm>
#include <set>

#include <Poco/RegularExpression.h>

#include "core/base/error.h"

namespace dbackup::plugin {

namespace {

const std::set<std::string, std::less<>>& keywords() {
    static const std::set<std::string, std::less<>> known = {
        "$schema", "$id",         "$comment",  "type",     "properties", "required", "additionalProperties",
        "title",   "description", "default",   "examples", "enum",       "const",    "minimum",
        "maximum", "minLength",   "maxLength", "minItems", "maxItems",   "items",    "pattern",
        "format",  "allOf",       "if",        "then",     "else"};
    return known;
}

/// RFC 6901: '~' and '/' within a key are escaped.
std::string below(const std::string& pointer, const std::string& key) {
    std::string escaped;
    for (const char c : key) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return pointer + "/" + escaped;
}

JsonObject::Ptr nodeOf(const JsonVar& value, const std::string& pointer) {
    if (value.type() != typeid(JsonObject::Ptr)) {
        throw Error(ErrorKind::Settings, "the settings schema has no object at " + pointer);
    }
    return value.extract<JsonObject::Ptr>();
}

bool isObject(const JsonVar& value) {
    return value.type() == typeid(JsonObject::Ptr);
}
bool isArray(const JsonVar& value) {
    return value.type() == typeid(JsonArray::Ptr);
}
bool isNumber(const JsonVar& value) {
    return !value.isEmpty() && value.isNumeric() && !value.isBoolean() && !value.isString();
}

bool isWhole(const JsonVar& value) {
    if (!isNumber(value)) {
        return false;
    }
    // JSON Schema: 1.0 is an integer.
    return value.isInteger() ||
           value.convert<double>() == static_cast<double>(static_cast<std::int64_t>(value.convert<double>()));
}

bool isOfType(const std::string& type, const JsonVar& value) {
    if (type == "null") return value.isEmpty();
    if (type == "boolean") return value.isBoolean();
    if (type == "string") return value.isString();
    if (type == "integer") return isWhole(value);
    if (type == "number") return isNumber(value);
    if (type == "object") return isObject(value);
    return type == "array" && isArray(value);
}

/// `type` is one name or a list of names.
std::vector<std::string> typesOf(const JsonObject& schema) {
    const JsonVar type = schema.get("type");
    if (type.isString()) {
        return {type.extract<std::string>()};
    }
    std::vector<std::string> types;
    if (isArray(type)) {
        for (const auto& name : *type.extract<JsonArray::Ptr>()) {
            types.push_back(name.convert<std::string>());
        }
    }
    return types;
}

std::string joined(const std::vector<std::string>& words, const std::string& last) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == words.size() ? last : ", ") + words[i];
    }
    return text;
}

bool isEqual(const JsonVar& left, const JsonVar& right) {
    if (isNumber(left) && isNumber(right)) {
        return left.convert<double>() == right.convert<double>();
    }
    return left.isEmpty() == right.isEmpty() && left.isBoolean() == right.isBoolean() &&
           left.isString() == right.isString() && isNumber(left) == isNumber(right) &&
           toText(left) == toText(right);
}

bool isOneOf(const JsonArray& allowed, const JsonVar& value) {
    return std::any_of(
        allowed.begin(), allowed.end(), [&](const JsonVar& each) { return isEqual(each, value); });
}

std::string namesOf(const JsonArray& allowed) {
    std::vector<std::string> names;
    for (const auto& each : allowed) {
        names.push_back(each.isString() ? "'" + each.extract<std::string>() + "'" : toText(each));
    }
    return joined(names, " or ");
}

std::string plain(double number) {
    const auto whole = static_cast<std::int64_t>(number);
    return static_cast<double>(whole) == number ? std::to_string(whole) : std::to_string(number);
}

std::size_t charactersIn(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace

void refuseUnknownKeywords(const JsonObject& schema, const std::string& pointer) {
    for (const auto& [key, value] : schema) {
        const std::string place = below(pointer, key);
        if (!keywords().contains(key) && key.rfind("x-", 0) != 0) {
            throw Error(ErrorKind::Settings,
                        "the settings schema uses a keyword outside the subset: " + place);
        }
        if (key == "properties") {
            for (const auto& [name, node] : *nodeOf(value, place)) {
                refuseUnknownKeywords(*nodeOf(node, below(place, name)), below(place, name));
            }
        } else if (key == "items" || key == "if" || key == "then" || key == "else") {
            refuseUnknownKeywords(*nodeOf(value, place), place);
        } else if (key == "allOf" && isArray(value)) {
            for (const auto& node : *value.extract<JsonArray::Ptr>()) {
                refuseUnknownKeywords(*nodeOf(node, place), place);
            }
        } else if (key == "format" && !isKnownFormat(value.convert<std::string>())) {
            throw Error(ErrorKind::Settings, "the settings schema uses an unknown format: " + place);
        }
    }
}

void SchemaCheck::object(const JsonObject& schema, JsonObject& value, const std::string& pointer) {
    const auto properties = objectAt(schema, "properties");
    if (properties) {
        for (const auto& [key, node] : *properties) {
            const auto property = node.extract<JsonObject::Ptr>();
            if (!value.has(key) && property->has("default")) value.set(key, property->get("default"));
        }
    }
    if (const auto required = arrayAt(schema, "required")) {
        for (const auto& key : *required) {
            if (!value.has(key.convert<std::string>()))
                fault(below(pointer, key.convert<std::string>()), "is required");
        }
    }
    const bool closed = schema.has("additionalProperties") && !flagOr(schema, "additionalProperties", true);
    for (const auto& key : value.getNames()) {
        if (properties && properties->has(key)) {
            this->value(*properties->getObject(key), value.get(key), below(pointer, key));
        } else if (closed) {
            fault(below(pointer, key), "is not a known setting");
        }
    }
    conditions(schema, value, pointer);
}

void SchemaCheck::conditions(const JsonObject& schema, JsonObject& value, const std::string& pointer) {
    if (const auto all = arrayAt(schema, "allOf")) {
        for (const auto& part : *all) {
            object(*part.extract<JsonObject::Ptr>(), value, pointer);
        }
    }
    const auto condition = objectAt(schema, "if");
    if (!condition) {
        return;
    }
    SchemaCheck trial;
    JsonObject copy(value);  // a condition fills in no defaults
    trial.object(*condition, copy, pointer);
    if (const auto branch = objectAt(schema, trial.faults().empty() ? "then" : "else")) {
        object(*branch, value, pointer);
    }
}

void SchemaCheck::value(const JsonObject& schema, const JsonVar& value, const std::string& pointer) {
    const auto types = typesOf(schema);
    if (!types.empty() &&
        std::none_of(types.begin(), types.end(), [&](const auto& type) { return isOfType(type, value); })) {
        fault(pointer, "must be of type " + joined(types, " or "));
        return;
    }
    const auto allowed = arrayAt(schema, "enum");
    if (allowed && !isOneOf(*allowed, value)) {
        fault(pointer, "must be " + namesOf(*allowed));
    }
    if (schema.has("const") && !isEqual(schema.get("const"), value)) {
        fault(pointer, "must be " + toText(schema.get("const")));
    }
    if (value.isString()) {
        text(schema, value.extract<std::string>(), pointer);
    } else if (isNumber(value)) {
        number(schema, value.convert<double>(), pointer);
    } else if (isArray(value)) {
        array(schema, *value.extract<JsonArray::Ptr>(), pointer);
    } else if (isObject(value)) {
        JsonObject::Ptr nested = value.extract<JsonObject::Ptr>();
        object(schema, *nested, pointer);
    }
}

void SchemaCheck::text(const JsonObject& schema, const std::string& text, const std::string& pointer) {
    const auto length = static_cast<std::int64_t>(charactersIn(text));
    const auto shortest = integerOr(schema, "minLength", 0);
    const auto longest = integerOr(schema, "maxLength", INT64_MAX);
    if (length < shortest) {
        fault(pointer,
              shortest == 1 ? "must not be empty"
                            : "must have at least " + std::to_string(shortest) + " characters");
    }
    if (length > longest) {
        fault(pointer, "must have at most " + std::to_string(longest) + " characters");
    }
    if (const std::string pattern = textOr(schema, "pattern"); !pattern.empty()) {
        const Poco::RegularExpression expression(pattern, Poco::RegularExpression::RE_UTF8);
        Poco::RegularExpression::Match match;
        if (expression.match(text, 0, match) == 0) fault(pointer, "must match the pattern " + pattern);
    }
    const std::string format = textOr(schema, "format");
    // An empty text is "not set": minLength says when that is wrong.
    if (!format.empty() && !text.empty() && !hasFormat(format, text)) {
        fault(pointer, "is not a valid " + format);
    }
}

void SchemaCheck::number(const JsonObject& schema, double number, const std::string& pointer) {
    if (schema.has("minimum") && number < schema.get("minimum").convert<double>()) {
        fault(pointer, "must be at least " + plain(schema.get("minimum").convert<double>()));
    }
    if (schema.has("maximum") && number > schema.get("maximum").convert<double>()) {
        fault(pointer, "must be at most " + plain(schema.get("maximum").convert<double>()));
    }
    if (textOr(schema, "format") == "port" && (number < 1 || number > 65535)) {
        fault(pointer, "is not a valid port");
    }
}

void SchemaCheck::array(const JsonObject& schema, const JsonArray& array, const std::string& pointer) {
    const auto size = static_cast<std::int64_t>(array.size());
    const auto fewest = integerOr(schema, "minItems", 0);
    const auto most = integerOr(schema, "maxItems", INT64_MAX);
    if (size < fewest) {
        fault(pointer, "must have at least " + std::to_string(fewest) + " items");
    }
    if (size > most) {
        fault(pointer, "must have at most " + std::to_string(most) + " items");
    }
    if (const auto items = objectAt(schema, "items")) {
        for (std::size_t i = 0; i < array.size(); ++i) {
            value(*items, array.get(static_cast<unsigned>(i)), pointer + "/" + std::to_string(i));
        }
    }
}

}  // namespace dbackup::plugin
