#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/plugin/schema_format.h"
#include "core/plugin/schema_validator.h"

namespace Poco {
class RegularExpression;
}

namespace dbackup::plugin {

enum class JsonType { None = 0, Object, Array, String, Integer, Number, Boolean, Null };

struct SchemaProperty;

/// One (sub)schema, read once so that checking needs not look at its JSON again. Absent keywords restrict
/// nothing.
struct SchemaNode {
    std::vector<JsonType> types;
    std::vector<SchemaProperty> properties;  ///< in the order of the schema
    std::vector<std::string> required;
    bool closed = false;  ///< additionalProperties: false
    std::optional<JsonVar> fallback;
    std::optional<std::vector<JsonVar>> choices;
    std::optional<JsonVar> constant;
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::optional<std::uint64_t> min_length;  ///< in characters
    std::optional<std::uint64_t> max_length;
    std::optional<std::uint64_t> min_items;
    std::optional<std::uint64_t> max_items;
    std::shared_ptr<const Poco::RegularExpression> pattern;
    std::string pattern_text;
    const SchemaFormat* format = nullptr;
    std::shared_ptr<const SchemaNode> items;
    std::shared_ptr<const SchemaNode> condition;
    std::shared_ptr<const SchemaNode> consequence;
    std::shared_ptr<const SchemaNode> alternative;
    bool secret = false;

    const SchemaNode* property(const std::string& name) const;
};

struct SchemaProperty {
    std::string name;
    SchemaNode node;
};

/// Reads a schema.
/// @param faults  receives what is wrong with it, each with its place; empty if the node may be used
SchemaNode readSchema(const JsonObject::Ptr& schema, std::vector<SchemaFault>& faults);

/// Checks a value, fills in defaults and turns 5.0 into 5 where a whole number is wanted.
/// @param pointer  where the value is
void checkValue(const SchemaNode& node,
                JsonVar& value,
                const std::string& pointer,
                std::vector<SchemaFault>& faults);

/// The same for an object that the node's type fits.
void checkMembers(const SchemaNode& node, JsonObject& members, std::vector<SchemaFault>& faults);

/// The JSON pointer (RFC 6901) of a member.
std::string memberPointer(const std::string& pointer, const std::string& name);
/// Equal as JSON: 1 and 1.0 are, the order of members does not count.
bool isSameJson(const JsonVar& left, const JsonVar& right);
JsonType typeOf(const JsonVar& value);

}  // namespace dbackup::plugin
