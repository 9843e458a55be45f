#include "core/protocol/fields.h"

#include "core/base/error.h"

namespace dbackup::protocol {

namespace {

[[noreturn]] void refuse(const std::string& place, std::string_view reason) {
    throw Error(ErrorKind::Settings, "message: member \"" + place + "\" " + std::string(reason));
}

}  // namespace

std::string Fields::placeOf(const std::string& key) const {
    return place_.empty() ? key : place_ + "." + key;
}

JsonVar Fields::member(const std::string& key) const {
    if (!has(key)) refuse(placeOf(key), "is missing");
    return json_.get(key);
}

std::string Fields::text(const std::string& key) const {
    const JsonVar value = member(key);
    if (!value.isString()) refuse(placeOf(key), "must be a string");
    return value.extract<std::string>();
}

std::int64_t Fields::integer(const std::string& key, std::int64_t least, std::int64_t most) const {
    const JsonVar value = member(key);
    if (!value.isInteger() || value.isBoolean()) refuse(placeOf(key), "must be a whole number");
    std::int64_t number = 0;
    try {
        number = value.convert<Poco::Int64>();
    } catch (const Poco::Exception&) {
        refuse(placeOf(key), "is too large");
    }
    if (number < least || number > most) {
        refuse(placeOf(key), "must be from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
}

bool Fields::flag(const std::string& key) const {
    const JsonVar value = member(key);
    if (!value.isBoolean()) refuse(placeOf(key), "must be true or false");
    return value.convert<bool>();
}

JsonArray::Ptr Fields::array(const std::string& key) const {
    const JsonVar value = member(key);
    if (value.type() != typeid(JsonArray::Ptr)) refuse(placeOf(key), "must be an array");
    return value.extract<JsonArray::Ptr>();
}

std::vector<std::string> Fields::texts(const std::string& key) const {
    const JsonArray::Ptr values = array(key);
    std::vector<std::string> result;
    for (const JsonVar& value : *values) {
        if (!value.isString()) refuse(placeOf(key), "must hold strings only");
        result.push_back(value.extract<std::string>());
    }
    return result;
}

JsonObject::Ptr Fields::object(const std::string& key) const {
    const JsonVar value = member(key);
    if (value.type() != typeid(JsonObject::Ptr)) refuse(placeOf(key), "must be an object");
    return value.extract<JsonObject::Ptr>();
}

std::vector<JsonObject::Ptr> Fields::objects(const std::string& key) const {
    const JsonArray::Ptr values = array(key);
    std::vector<JsonObject::Ptr> result;
    for (const JsonVar& value : *values) {
        if (value.type() != typeid(JsonObject::Ptr)) refuse(placeOf(key), "must hold objects only");
        result.push_back(value.extract<JsonObject::Ptr>());
    }
    return result;
}

JsonArray::Ptr toArray(const std::vector<std::string>& values) {
    JsonArray::Ptr array = new JsonArray;
    for (const std::string& value : values)
        array->add(value);
    return array;
}

}  // namespace dbackup::protocol
