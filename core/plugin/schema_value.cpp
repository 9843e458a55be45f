#include <cmath>

#include "core/plugin/schema_node.h"

namespace dbackup::plugin {

namespace {

// Beyond this a double no longer tells neighbouring whole numbers apart.
constexpr double exact_limit = 9007199254740992.0;  // 2^53

bool isSameArray(const JsonArray& left, const JsonArray& right) {
    bool same = left.size() == right.size();
    for (unsigned i = 0; same && i < left.size(); ++i) {
        same = isSameJson(left.get(i), right.get(i));
    }
    return same;
}

bool isSameObject(const JsonObject& left, const JsonObject& right) {
    bool same = left.size() == right.size();
    for (const auto& [name, value] : left) {
        same = same && right.has(name) && isSameJson(value, right.get(name));
    }
    return same;
}

bool isNumberType(JsonType type) {
    return type == JsonType::Integer || type == JsonType::Number;
}

}  // namespace

std::string memberPointer(const std::string& pointer, const std::string& name) {
    std::string result = pointer + "/";
    for (const char c : name) {
        if (c == '~') {
            result += "~0";
        } else if (c == '/') {
            result += "~1";
        } else {
            result += c;
        }
    }
    return result;
}

JsonType typeOf(const JsonVar& value) {
    if (value.isEmpty()) return JsonType::Null;
    if (value.isBoolean()) return JsonType::Boolean;
    if (value.isString()) return JsonType::String;
    if (value.type() == typeid(JsonObject::Ptr)) return JsonType::Object;
    if (value.type() == typeid(JsonArray::Ptr)) return JsonType::Array;
    if (value.isInteger()) return JsonType::Integer;
    const auto number = value.convert<double>();
    return std::trunc(number) == number && std::abs(number) <= exact_limit ? JsonType::Integer
                                                                           : JsonType::Number;
}

bool isSameJson(const JsonVar& left, const JsonVar& right) {
    const JsonType type = typeOf(left);
    const JsonType other = typeOf(right);
    if (isNumberType(type) && isNumberType(other)) {
        return left.isInteger() && right.isInteger()
                   ? left.convert<std::string>() == right.convert<std::string>()
                   : left.convert<double>() == right.convert<double>();
    }
    if (type != other) {
        return false;
    }
    switch (type) {
        case JsonType::String:
            return left.extract<std::string>() == right.extract<std::string>();
        case JsonType::Boolean:
            return left.extract<bool>() == right.extract<bool>();
        case JsonType::Array:
            return isSameArray(*left.extract<JsonArray::Ptr>(), *right.extract<JsonArray::Ptr>());
        case JsonType::Object:
            return isSameObject(*left.extract<JsonObject::Ptr>(), *right.extract<JsonObject::Ptr>());
        default:
            return true;  // null
    }
}

}  // namespace dbackup::plugin
