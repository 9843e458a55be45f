#include "dbackup/sdk/settings.h"

#include <sstream>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "dbackup/sdk/error.h"

namespace dbackup::sdk {

struct Settings::Data {
    Poco::JSON::Object::Ptr json;

    Poco::Dynamic::Var get(std::string_view key) const { return json->get(std::string(key)); }
};

namespace {

Error wrongType(std::string_view key, std::string_view type) {
    return {ErrorKind::Settings, "setting '" + std::string(key) + "' must be " + std::string(type)};
}

Poco::JSON::Object::Ptr parseObject(std::string_view json) {
    try {
        Poco::JSON::Parser parser;
        return parser.parse(std::string(json)).extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception&) {
        throw Error(ErrorKind::Settings, "the settings are not a JSON object");
    }
}

}  // namespace

Settings::Settings(std::string_view json) : data_(std::make_shared<Data>(Data{parseObject(json)})) {}
Settings::~Settings() = default;
Settings::Settings(const Settings&) = default;
Settings& Settings::operator=(const Settings&) = default;
Settings::Settings(Settings&&) noexcept = default;
Settings& Settings::operator=(Settings&&) noexcept = default;

bool Settings::has(std::string_view key) const {
    const auto value = data_->get(key);
    return !value.isEmpty() && !(value.isString() && value.extract<std::string>().empty());
}

std::string Settings::text(std::string_view key, std::string_view fallback) const {
    const auto value = data_->get(key);
    if (value.isEmpty()) {
        return std::string(fallback);
    }
    if (!value.isString()) {
        throw wrongType(key, "a string");
    }
    return value.extract<std::string>();
}

std::int64_t Settings::integer(std::string_view key, std::int64_t fallback) const {
    const auto value = data_->get(key);
    if (value.isEmpty()) {
        return fallback;
    }
    if (!value.isInteger() || value.isBoolean()) {
        throw wrongType(key, "a whole number");
    }
    return value.convert<Poco::Int64>();
}

double Settings::number(std::string_view key, double fallback) const {
    const auto value = data_->get(key);
    if (value.isEmpty()) {
        return fallback;
    }
    if (!value.isNumeric() || value.isBoolean()) {
        throw wrongType(key, "a number");
    }
    return value.convert<double>();
}

bool Settings::flag(std::string_view key, bool fallback) const {
    const auto value = data_->get(key);
    if (value.isEmpty()) {
        return fallback;
    }
    if (!value.isBoolean()) {
        throw wrongType(key, "true or false");
    }
    return value.extract<bool>();
}

SecretString Settings::secret(std::string_view key) const {
    return SecretString(text(key));
}

std::vector<std::string> Settings::list(std::string_view key) const {
    const auto value = data_->get(key);
    std::vector<std::string> texts;
    if (value.isEmpty()) {
        return texts;
    }
    if (value.isString()) {
        if (const auto& text = value.extract<std::string>(); !text.empty()) {
            texts.push_back(text);
        }
        return texts;
    }
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) {
        throw wrongType(key, "a list of strings");
    }
    for (const auto& item : *value.extract<Poco::JSON::Array::Ptr>()) {
        if (!item.isString()) {
            throw wrongType(key, "a list of strings");
        }
        texts.push_back(item.extract<std::string>());
    }
    return texts;
}

std::chrono::seconds Settings::seconds(std::string_view key, std::chrono::seconds fallback) const {
    return std::chrono::seconds(integer(key, fallback.count()));
}

Settings Settings::object(std::string_view key) const {
    const auto value = data_->get(key);
    if (value.isEmpty()) {
        return Settings("{}");
    }
    if (value.type() != typeid(Poco::JSON::Object::Ptr)) {
        throw wrongType(key, "an object");
    }
    Settings nested("{}");
    nested.data_ = std::make_shared<Data>(Data{value.extract<Poco::JSON::Object::Ptr>()});
    return nested;
}

}  // namespace dbackup::sdk
