#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <Poco/RegularExpression.h>

#include "core/plugin/schema_node.h"

namespace dbackup::plugin {

namespace {

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

constexpr std::array<std::pair<std::string_view, JsonType>, 7> type_names{{
    {"object", JsonType::Object},
    {"array", JsonType::Array},
    {"string", JsonType::String},
    {"integer", JsonType::Integer},
    {"number", JsonType::Number},
    {"boolean", JsonType::Boolean},
    {"null", JsonType::Null},
}};

// Where in the schema a subschema stands; some keywords are for some places only.
enum class Place { None = 0, Root, TopProperty, Property, Items, Branch, Condition };

bool isNumber(const JsonVar& value) {
    const JsonType type = typeOf(value);
    return type == JsonType::Integer || type == JsonType::Number;
}

// Reads one subschema, and those in it through readers of their own.
class Reader {
public:
    Reader(Place place, std::string pointer, std::vector<SchemaFault>& faults)
        : place_(place), pointer_(std::move(pointer)), faults_(faults) {}

    SchemaNode read(const JsonVar& schema) {
        if (schema.type() != typeid(JsonObject::Ptr)) {
            fault("", "must be an object");
            return {};
        }
        const JsonObject& keywords = *schema.extract<JsonObject::Ptr>();
        for (const std::string& name : keywords.getNames()) {
            keyword(name, keywords.get(name));
        }
        checkPlace(keywords);
        checkDefault();
        return std::move(node_);
    }

private:
    using Handler = void (Reader::*)(const std::string& name, const JsonVar& value);

    static const std::map<std::string_view, Handler>& handlers() {
        static const std::map<std::string_view, Handler> by_name = {
            {"$schema", &Reader::dialectKeyword},
            {"type", &Reader::type},
            {"title", &Reader::annotation},
            {"description", &Reader::annotation},
            {"default", &Reader::fallback},
            {"properties", &Reader::properties},
            {"required", &Reader::required},
            {"additionalProperties", &Reader::additionalProperties},
            {"enum", &Reader::choices},
            {"const", &Reader::constant},
            {"minimum", &Reader::limit},
            {"maximum", &Reader::limit},
            {"minLength", &Reader::count},
            {"maxLength", &Reader::count},
            {"minItems", &Reader::count},
            {"maxItems", &Reader::count},
            {"pattern", &Reader::pattern},
            {"format", &Reader::format},
            {"items", &Reader::items},
            {"if", &Reader::condition},
            {"then", &Reader::branch},
            {"else", &Reader::branch},
            {"x-secret", &Reader::secret},
            {"x-advanced", &Reader::flagHint},
            {"x-order", &Reader::numberHint},
            {"x-group", &Reader::annotation},
            {"x-placeholder", &Reader::annotation},
        };
        return by_name;
    }

    void keyword(const std::string& name, const JsonVar& value) {
        const auto handler = handlers().find(name);
        if (handler != handlers().end()) {
            (this->*handler->second)(name, value);
        } else if (!name.starts_with("x-")) {
            fault(name, "is not a keyword of the subset");
        }
    }

    void fault(const std::string& keyword, std::string reason) {
        faults_.push_back({keyword.empty() ? pointer_ : memberPointer(pointer_, keyword), std::move(reason)});
    }

    bool require(bool good, const std::string& keyword, const char* reason) {
        if (!good) fault(keyword, reason);
        return good;
    }

    void dialectKeyword(const std::string& name, const JsonVar& value) {
        require(place_ == Place::Root && isSameJson(value, JsonVar(std::string(dialect))),
                name,
                "must be the address of draft 2020-12, at the top");
    }

    void annotation(const std::string& name, const JsonVar& value) {
        require(value.isString(), name, "must be a text");
    }
    void flagHint(const std::string& name, const JsonVar& value) {
        require(value.isBoolean(), name, "must be true or false");
    }
    void numberHint(const std::string& name, const JsonVar& value) {
        require(isNumber(value), name, "must be a number");
    }

    void type(const std::string& name, const JsonVar& value) {
        if (value.isString()) {
            addType(name, value);
        } else if (require(typeOf(value) == JsonType::Array, name, "must be a type or a list of types")) {
            for (const JsonVar& each : *value.extract<JsonArray::Ptr>()) {
                addType(name, each);
            }
        }
    }

    void addType(const std::string& name, const JsonVar& value) {
        const auto* const found = std::find_if(type_names.begin(), type_names.end(), [&](const auto& each) {
            return value.isString() && each.first == value.extract<std::string>();
        });
        if (require(found != type_names.end(), name, "names an unknown type"))
            node_.types.push_back(found->second);
    }

    void fallback(const std::string& /*name*/, const JsonVar& value) { node_.fallback = value; }
    void constant(const std::string& /*name*/, const JsonVar& value) { node_.constant = value; }

    void choices(const std::string& name, const JsonVar& value) {
        const bool list = typeOf(value) == JsonType::Array && value.extract<JsonArray::Ptr>()->size() > 0;
        if (!require(list, name, "must be a list of values")) return;
        const JsonArray& values = *value.extract<JsonArray::Ptr>();
        node_.choices.emplace(values.begin(), values.end());
    }

    void limit(const std::string& name, const JsonVar& value) {
        if (!require(isNumber(value), name, "must be a number")) return;
        (name == "minimum" ? node_.minimum : node_.maximum) = value.convert<double>();
    }

    void count(const std::string& name, const JsonVar& value) {
        const bool whole = typeOf(value) == JsonType::Integer && value.convert<double>() >= 0;
        if (!require(whole, name, "must be a whole number of at least 0")) return;
        const auto number = static_cast<std::uint64_t>(value.convert<double>());
        if (name == "minLength") node_.min_length = number;
        if (name == "maxLength") node_.max_length = number;
        if (name == "minItems") node_.min_items = number;
        if (name == "maxItems") node_.max_items = number;
    }

    void pattern(const std::string& name, const JsonVar& value) {
        if (!require(value.isString(), name, "must be a regular expression")) return;
        node_.pattern_text = value.extract<std::string>();
        try {
            constexpr int options =
                Poco::RegularExpression::RE_UTF8 | Poco::RegularExpression::RE_DOLLAR_ENDONLY;
            node_.pattern = std::make_shared<const Poco::RegularExpression>(node_.pattern_text, options);
        } catch (const Poco::RegularExpressionException& error) {
            fault(name, "is no regular expression: " + error.message());
        }
    }

    void format(const std::string& name, const JsonVar& value) {
        if (value.isString()) node_.format = findFormat(value.extract<std::string>());
        require(node_.format != nullptr, name, "is not a format of the subset");
    }

    void secret(const std::string& name, const JsonVar& value) {
        flagHint(name, value);
        // Only these are masked and sealed, so a secret anywhere else would be none.
        require(place_ == Place::TopProperty, name, "is for settings at the top only");
        node_.secret = value.isBoolean() && value.extract<bool>();
    }

    void properties(const std::string& name, const JsonVar& value) {
        if (!require(typeOf(value) == JsonType::Object, name, "must be an object")) return;
        const JsonObject& members = *value.extract<JsonObject::Ptr>();
        for (const std::string& member : members.getNames()) {
            const std::string pointer = memberPointer(memberPointer(pointer_, name), member);
            const Place place = place_ == Place::Root ? Place::TopProperty : Place::Property;
            node_.properties.push_back({member, Reader(place, pointer, faults_).read(members.get(member))});
        }
    }

    void required(const std::string& name, const JsonVar& value) {
        if (!require(typeOf(value) == JsonType::Array, name, "must be a list of names")) return;
        for (const JsonVar& each : *value.extract<JsonArray::Ptr>()) {
            if (require(each.isString(), name, "must be a list of names")) {
                node_.required.push_back(each.extract<std::string>());
            }
        }
    }

    void additionalProperties(const std::string& name, const JsonVar& value) {
        require(isSameJson(value, JsonVar(false)), name, "can only be false");
        node_.closed = true;
    }

    std::shared_ptr<const SchemaNode> subschema(Place place, const std::string& name, const JsonVar& value) {
        return std::make_shared<const SchemaNode>(
            Reader(place, memberPointer(pointer_, name), faults_).read(value));
    }

    void items(const std::string& name, const JsonVar& value) {
        node_.items = subschema(Place::Items, name, value);
        require(node_.items->types == std::vector{JsonType::String}, name, "must be of type string");
    }

    void condition(const std::string& name, const JsonVar& value) {
        node_.condition = subschema(Place::Condition, name, value);
        const auto& tested = node_.condition->properties;
        require(tested.size() == 1 && (tested[0].node.constant || tested[0].node.choices),
                name,
                "must test one property with const or enum");
    }

    void branch(const std::string& name, const JsonVar& value) {
        (name == "then" ? node_.consequence : node_.alternative) = subschema(Place::Branch, name, value);
    }

    void checkPlace(const JsonObject& keywords) {
        if (place_ == Place::Root) {
            require(node_.types == std::vector{JsonType::Object}, "type", "must be \"object\" at the top");
        }
        if (place_ == Place::Condition) {
            for (const std::string& name : keywords.getNames()) {
                require(name == "properties" || name == "required", name, "has no place in a condition");
            }
        }
        require(
            node_.condition != nullptr || (!node_.consequence && !node_.alternative), "", "has no \"if\"");
    }

    void checkDefault() {
        if (!node_.fallback) return;
        std::vector<SchemaFault> against;
        JsonVar value = *node_.fallback;
        checkValue(node_, value, memberPointer(pointer_, "default"), against);
        faults_.insert(faults_.end(), against.begin(), against.end());
        node_.fallback = value;
    }

    Place place_;
    std::string pointer_;
    std::vector<SchemaFault>& faults_;
    SchemaNode node_;
};

}  // namespace

SchemaNode readSchema(const JsonObject::Ptr& schema, std::vector<SchemaFault>& faults) {
    return Reader(Place::Root, "", faults).read(JsonVar(schema));
}

}  // namespace dbackup::plugin
