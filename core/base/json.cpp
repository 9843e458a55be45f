#include "core/base/json.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include "core/base/error.h"

namespace dbackup {

namespace {

constexpr std::size_t max_depth = 64;

Error wrongType(const std::string& key, std::string_view type) {
    return {ErrorKind::Settings, key + " must be " + std::string(type)};
}

// Poco's parser does not say where it stopped, so where it fails this scanner, which knows just enough of
// RFC 8259, finds the place.
class FaultFinder {
public:
    explicit FaultFinder(std::string_view text) : text_(text) {}

    /// Offset of the first byte that no JSON text can have there; nothing if the text is JSON.
    std::optional<std::size_t> find() {
        if (value(0)) {
            space();
            if (atEnd()) return std::nullopt;
        }
        return std::min(at_, text_.size());
    }

private:
    bool atEnd() const { return at_ >= text_.size(); }
    char peek() const { return atEnd() ? '\0' : text_[at_]; }
    void space() {
        while (!atEnd() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }
    bool take(char wanted) {
        if (peek() != wanted || atEnd()) {
            return false;
        }
        ++at_;
        return true;
    }
    bool word(std::string_view wanted) {
        for (const char c : wanted) {
            if (!take(c)) {
                return false;
            }
        }
        return true;
    }
    bool number() {
        const std::size_t start = at_;
        while (!atEnd() && std::string_view("+-.0123456789eE").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
        return at_ > start;
    }
    bool string() {
        if (!take('"')) {
            return false;
        }
        while (!atEnd() && peek() != '"') {
            if (static_cast<unsigned char>(peek()) < 0x20U) {
                return false;
            }
            at_ += peek() == '\\' ? 2 : 1;
        }
        at_ = std::min(at_, text_.size());
        return take('"');
    }
    bool member(std::size_t depth) {
        space();
        if (!string()) {
            return false;
        }
        space();
        return take(':') && value(depth);
    }
    bool list(char close, std::size_t depth, bool object) {
        ++at_;
        space();
        if (take(close)) {
            return true;
        }
        do {
            if (!(object ? member(depth) : value(depth))) {
                return false;
            }
            space();
        } while (take(','));
        return take(close);
    }
    bool value(std::size_t depth) {
        space();
        if (depth > max_depth) {
            return false;
        }
        switch (peek()) {
            case '{':
                return list('}', depth + 1, true);
            case '[':
                return list(']', depth + 1, false);
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string placeOf(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(offset - line_start + 1);
}

}  // namespace

JsonVar parseJson(std::string_view text, std::string_view what) {
    try {
        Poco::JSON::ParseHandler::Ptr handler = new Poco::JSON::ParseHandler(true);
        Poco::JSON::Parser parser(handler);
        parser.setDepth(max_depth);
        return parser.parse(std::string(text));
    } catch (const Poco::Exception&) {
        const auto fault = FaultFinder(text).find();
        // Poco reads objects and arrays only, as all our texts are.
        throw Error(ErrorKind::Settings,
                    std::string(what) + (fault ? " is not valid JSON (" + placeOf(text, *fault) + ")"
                                               : " must be a JSON object or array"));
    }
}

JsonObject::Ptr parseJsonObject(std::string_view text, std::string_view what) {
    const JsonVar value = parseJson(text, what);
    if (value.type() != typeid(JsonObject::Ptr)) {
        throw Error(ErrorKind::Settings, std::string(what) + " must be a JSON object");
    }
    return value.extract<JsonObject::Ptr>();
}

JsonObject::Ptr newObject() {
    return new JsonObject(Poco::JSON_PRESERVE_KEY_ORDER);
}

std::string toText(const JsonVar& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out);
    return out.str();
}

std::string textOr(const JsonObject& object, const std::string& key, const std::string& fallback) {
    const JsonVar value = object.get(key);
    if (value.isEmpty()) {
        return fallback;
    }
    if (!value.isString()) {
        throw wrongType(key, "a string");
    }
    return value.extract<std::string>();
}

std::int64_t integerOr(const JsonObject& object, const std::string& key, std::int64_t fallback) {
    const JsonVar value = object.get(key);
    if (value.isEmpty()) {
        return fallback;
    }
    if (!value.isInteger() || value.isBoolean()) {
        throw wrongType(key, "a whole number");
    }
    try {
        return value.convert<std::int64_t>();
    } catch (const Poco::Exception&) {
        throw wrongType(key, "a whole number of 64 bits");
    }
}

bool flagOr(const JsonObject& object, const std::string& key, bool fallback) {
    const JsonVar value = object.get(key);
    if (value.isEmpty()) {
        return fallback;
    }
    if (!value.isBoolean()) {
        throw wrongType(key, "true or false");
    }
    return value.extract<bool>();
}

JsonObject::Ptr objectAt(const JsonObject& object, const std::string& key) {
    const JsonVar value = object.get(key);
    if (value.isEmpty()) {
        return {};
    }
    if (value.type() != typeid(JsonObject::Ptr)) {
        throw wrongType(key, "an object");
    }
    return value.extract<JsonObject::Ptr>();
}

JsonArray::Ptr arrayAt(const JsonObject& object, const std::string& key) {
    const JsonVar value = object.get(key);
    if (value.isEmpty()) {
        return {};
    }
    if (value.type() != typeid(JsonArray::Ptr)) {
        throw wrongType(key, "an array");
    }
    return value.extract<JsonArray::Ptr>();
}

}  // namespace dbackup
