#include "api/handlers/body_fields.h"

#include <algorithm>

#include "core/base/error.h"

namespace dbackup::api {

BodyFields::BodyFields(JsonObject::Ptr body, std::string prefix)
    : body_(std::move(body)), prefix_(std::move(prefix)) {}

bool BodyFields::given(const std::string& key) const {
    const JsonVar value = body_->get(key);
    return !value.isEmpty() && !(value.isString() && value.extract<std::string>().empty());
}

std::optional<std::string> BodyFields::text(const std::string& key, std::size_t max_bytes) {
    const JsonVar value = body_->get(key);
    if (value.isEmpty()) {
        return std::nullopt;
    }
    if (!value.isString()) {
        fault(key, "must be a text");
        return std::nullopt;
    }
    auto text = value.extract<std::string>();
    if (text.size() > max_bytes) {
        fault(key, "must have at most " + std::to_string(max_bytes) + " bytes");
        return std::nullopt;
    }
    return text;
}

std::optional<std::string> BodyFields::name(const std::string& key, std::size_t max_bytes) {
    auto name = text(key, max_bytes);
    if (name && name->find_first_not_of(' ') == std::string::npos) {
        fault(key, "must not be blank");
        return std::nullopt;
    }
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (name && std::any_of(name->begin(), name->end(), is_control)) {
        fault(key, "must not contain control characters");
        return std::nullopt;
    }
    return name;
}

std::optional<bool> BodyFields::flag(const std::string& key) {
    const JsonVar value = body_->get(key);
    if (value.isEmpty()) {
        return std::nullopt;
    }
    if (!value.isBoolean()) {
        fault(key, "must be true or false");
        return std::nullopt;
    }
    return value.extract<bool>();
}

std::optional<std::int64_t> BodyFields::integer(const std::string& key,
                                                std::int64_t minimum,
                                                std::int64_t maximum) {
    if (body_->get(key).isEmpty()) {
        return std::nullopt;
    }
    try {
        const std::int64_t number = integerOr(*body_, key, 0);
        if (number >= minimum && number <= maximum) {
            return number;
        }
        fault(key, "must be from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    } catch (const Error&) {
        fault(key, "must be a whole number");
    }
    return std::nullopt;
}

std::optional<TimePoint> BodyFields::time(const std::string& key) {
    const auto iso = text(key);
    if (!iso) {
        return std::nullopt;
    }
    try {
        return fromIso(*iso);
    } catch (const Error&) {
        fault(key, "must be a time as in 2026-01-15T10:30:00Z");
        return std::nullopt;
    }
}

std::optional<std::vector<std::string>> BodyFields::texts(const std::string& key) {
    const JsonArray::Ptr list = array(key);
    if (!list) {
        return std::nullopt;
    }
    auto texts = textsOf(*list);
    if (!texts) {
        fault(key, "must be an array of texts");
    }
    return texts;
}

JsonArray::Ptr BodyFields::array(const std::string& key) {
    const JsonVar value = body_->get(key);
    if (value.isEmpty()) {
        return {};
    }
    if (value.type() != typeid(JsonArray::Ptr)) {
        fault(key, "must be an array");
        return {};
    }
    return value.extract<JsonArray::Ptr>();
}

JsonObject::Ptr BodyFields::objectOrText(const std::string& key) {
    const JsonVar value = body_->get(key);
    if (value.isEmpty()) {
        return {};
    }
    if (value.type() == typeid(JsonObject::Ptr)) {
        return value.extract<JsonObject::Ptr>();
    }
    if (!value.isString()) {
        fault(key, "must be an object, or one as JSON text");
        return {};
    }
    try {
        return parseJsonObject(value.extract<std::string>(), "the text");
    } catch (const Error& error) {
        fault(key, std::string("must be an object, or one as JSON text: ") + error.what());
        return {};
    }
}

void BodyFields::fault(const std::string& key, const std::string& reason) {
    const std::string field = prefix_ + key;
    faults_.emplace(field, reason);
    texts_.emplace(field, field + ' ' + reason);
}

void BodyFields::sentence(const std::string& key, const std::string& text) {
    const std::string field = prefix_ + key;
    faults_.emplace(field, text);
    texts_.emplace(field, text);
}

void BodyFields::faults(const BodyFields& others) {
    faults_.insert(others.faults_.begin(), others.faults_.end());
    texts_.insert(others.texts_.begin(), others.texts_.end());
}

void BodyFields::require(std::initializer_list<const char*> keys, const std::string& message) const {
    std::map<std::string, std::string> missing;
    for (const char* key : keys) {
        if (!given(key)) {
            missing.emplace(prefix_ + key, "is required");
        }
    }
    if (!missing.empty()) {
        throw HttpError(400, message, std::move(missing));
    }
}

void BodyFields::throwIfFaulty() const {
    if (faults_.empty()) {
        return;
    }
    const auto& [field, only_reason] = *faults_.begin();
    if (faults_.size() == 1 && texts_.at(field) == only_reason) {
        throw HttpError(400, only_reason, faults_);
    }
    std::string message = "Invalid request body: ";
    const char* separator = "";
    for (const auto& [name, text] : texts_) {
        message.append(separator).append(text, 0, text.size() - (text.ends_with('.') ? 1 : 0));
        separator = "; ";
    }
    throw HttpError(400, message, faults_);
}

std::optional<std::vector<std::string>> textsOf(const JsonArray& array) {
    std::vector<std::string> texts;
    texts.reserve(array.size());
    for (const JsonVar& element : array) {
        if (!element.isString()) {
            return std::nullopt;
        }
        texts.push_back(element.extract<std::string>());
    }
    return texts;
}

}  // namespace dbackup::api
