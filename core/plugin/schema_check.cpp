#include <algorithm>
#include <cmath>
#include <string_view>

#include <Poco/JSON/JSONException.h>
#include <Poco/RegularExpression.h>

#include "core/plugin/schema_node.h"

namespace dbackup::plugin {

namespace {

std::string_view describe(JsonType type) {
    switch (type) {
        case JsonType::Object:
            return "an object";
        case JsonType::Array:
            return "a list";
        case JsonType::String:
            return "a text";
        case JsonType::Integer:
            return "a whole number";
        case JsonType::Number:
            return "a number";
        case JsonType::Boolean:
            return "true or false";
        default:
            return "null";
    }
}

// A number as people write it: without ".0", and no more digits than needed.
std::string numberText(double number) {
    return toText(std::trunc(number) == number && std::abs(number) < 1e15
                      ? JsonVar(static_cast<std::int64_t>(number))
                      : JsonVar(number));
}

std::string amountText(std::uint64_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string wordsText(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

std::uint64_t charactersOf(const std::string& text) {
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), starts));
}

bool fitsType(JsonType wanted, JsonType actual) {
    return wanted == actual || (wanted == JsonType::Number && actual == JsonType::Integer);
}

// Values that change hands are copies, so that no settings share a list with the schema.
JsonVar copyOf(const JsonVar& value) {
    const JsonType type = typeOf(value);
    return type == JsonType::Array || type == JsonType::Object ? parseJson(toText(value), "a default")
                                                               : value;
}

// One walk of a value along its schema.
class Walk {
public:
    explicit Walk(std::vector<SchemaFault>& faults) : faults_(faults) {}

    void value(const SchemaNode& node, JsonVar& value, const std::string& pointer) {
        const JsonType type = typeOf(value);
        if (!checkType(node, type, pointer)) {
            return;
        }
        if (type == JsonType::Integer && !value.isInteger() && wantsInteger(node)) {
            value = static_cast<std::int64_t>(value.convert<double>());
        }
        checkChoices(node, value, pointer);
        if (type == JsonType::String) {
            text(node, value.extract<std::string>(), pointer);
        } else if (type == JsonType::Integer || type == JsonType::Number) {
            number(node, value.convert<double>(), pointer);
        } else if (type == JsonType::Array) {
            array(node, *value.extract<JsonArray::Ptr>(), pointer);
        } else if (type == JsonType::Object) {
            JsonObject::Ptr members = value.extract<JsonObject::Ptr>();
            object(node, *members, pointer);
        }
    }

    void object(const SchemaNode& node, JsonObject& members, const std::string& pointer) {
        for (const auto& [name, property] : node.properties) {
            if (!members.has(name) && property.fallback) members.set(name, copyOf(*property.fallback));
        }
        for (const std::string& name : node.required) {
            if (!members.has(name)) fault(memberPointer(pointer, name), "is required");
        }
        for (const std::string& name : members.getNames()) {
            if (const SchemaNode* property = node.property(name)) {
                JsonVar member = members.get(name);
                value(*property, member, memberPointer(pointer, name));
                members.set(name, member);
            } else if (node.closed) {
                fault(memberPointer(pointer, name), "is not a known setting");
            }
        }
        if (node.condition) branch(node, members, pointer);
    }

private:
    static bool wantsInteger(const SchemaNode& node) {
        return std::find(node.types.begin(), node.types.end(), JsonType::Integer) != node.types.end();
    }

    void fault(const std::string& pointer, std::string reason) {
        faults_.push_back({pointer, std::move(reason)});
    }

    bool checkType(const SchemaNode& node, JsonType type, const std::string& pointer) {
        const auto fits = [&](JsonType wanted) { return fitsType(wanted, type); };
        if (node.types.empty() || std::any_of(node.types.begin(), node.types.end(), fits)) {
            return true;
        }
        std::vector<std::string> wanted;
        for (const JsonType each : node.types) {
            wanted.emplace_back(describe(each));
        }
        fault(pointer, "must be " + wordsText(wanted));
        return false;
    }

    void checkChoices(const SchemaNode& node, const JsonVar& value, const std::string& pointer) {
        if (node.constant && !isSameJson(*node.constant, value)) {
            fault(pointer, "must be " + toText(*node.constant));
        }
        const auto same = [&](const JsonVar& choice) { return isSameJson(choice, value); };
        if (node.choices && std::none_of(node.choices->begin(), node.choices->end(), same)) {
            std::vector<std::string> words;
            for (const JsonVar& choice : *node.choices) {
                words.push_back(toText(choice));
            }
            fault(pointer, "must be " + wordsText(words));
        }
    }

    void text(const SchemaNode& node, const std::string& text, const std::string& pointer) {
        const std::uint64_t length = charactersOf(text);
        if (length < node.min_length.value_or(0)) {
            fault(pointer,
                  length == 0
                      ? "must not be empty"
                      : "must have at least " + amountText(*node.min_length, "character", "characters"));
        }
        if (node.max_length && length > *node.max_length) {
            fault(pointer, "must have at most " + amountText(*node.max_length, "character", "characters"));
        }
        if (node.pattern && !matches(*node.pattern, text)) {
            fault(pointer, "must match the pattern " + node.pattern_text);
        }
        // An empty text is a field that was left empty; where that is wrong, minLength says so.
        if (node.format != nullptr && !text.empty() && !node.format->accepts(text)) {
            fault(pointer, std::string(node.format->reason));
        }
    }

    static bool matches(const Poco::RegularExpression& pattern, const std::string& text) {
        try {
            Poco::RegularExpression::Match match;
            return pattern.match(text, 0, match) > 0;
        } catch (const Poco::RegularExpressionException&) {
            return false;  // the text is not UTF-8, or too intricate for the pattern
        }
    }

    void number(const SchemaNode& node, double number, const std::string& pointer) {
        if (node.minimum && number < *node.minimum) {
            fault(pointer, "must be at least " + numberText(*node.minimum));
        }
        if (node.maximum && number > *node.maximum) {
            fault(pointer, "must be at most " + numberText(*node.maximum));
        }
        if (node.format != nullptr && node.format->name == "port" &&
            !node.format->accepts(numberText(number))) {
            fault(pointer, std::string(node.format->reason));
        }
    }

    void array(const SchemaNode& node, const JsonArray& array, const std::string& pointer) {
        if (array.size() < node.min_items.value_or(0)) {
            fault(pointer, "must have at least " + amountText(*node.min_items, "entry", "entries"));
        }
        if (node.max_items && array.size() > *node.max_items) {
            fault(pointer, "must have at most " + amountText(*node.max_items, "entry", "entries"));
        }
        for (unsigned i = 0; node.items && i < array.size(); ++i) {
            JsonVar entry = array.get(i);
            value(*node.items, entry, memberPointer(pointer, std::to_string(i)));
        }
    }

    void branch(const SchemaNode& node, JsonObject& members, const std::string& pointer) {
        std::vector<SchemaFault> against;
        Walk(against).object(*node.condition, members, pointer);  // conditions have no defaults to fill in
        const auto& chosen = against.empty() ? node.consequence : node.alternative;
        if (chosen) object(*chosen, members, pointer);
    }

    std::vector<SchemaFault>& faults_;
};

}  // namespace

const SchemaNode* SchemaNode::property(const std::string& name) const {
    const auto found = std::find_if(
        properties.begin(), properties.end(), [&](const auto& each) { return each.name == name; });
    return found == properties.end() ? nullptr : &found->node;
}

void checkValue(const SchemaNode& node,
                JsonVar& value,
                const std::string& pointer,
                std::vector<SchemaFault>& faults) {
    Walk(faults).value(node, value, pointer);
}

void checkMembers(const SchemaNode& node, JsonObject& members, std::vector<SchemaFault>& faults) {
    Walk(faults).object(node, members, "");
}

}  // namespace dbackup::plugin
