#include "core/plugin/schema_validator.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/plugin/schema_node.h"

namespace dbackup::plugin {

SchemaValidator::SchemaValidator(std::string_view schema)
    : schema_(parseJsonObject(schema, "the settings schema")) {
    refuseUnknownKeywords(*schema_, "");
    const auto properties = objectAt(*schema_, "properties");
    if (textOr(*schema_, "type") != "object" || !properties) {
        throw Error(ErrorKind::Settings, "the settings schema must be of type object and have properties");
    }
    for (const auto& [key, value] : *properties) {
        const auto node = value.extract<JsonObject::Ptr>();
        if (flagOr(*node, "x-secret", false)) secret_keys_.push_back(key);
    }
}

std::vector<SchemaFault> SchemaValidator::check(JsonObject& settings) const {
    SchemaCheck check;
    check.object(*schema_, settings, "");
    return check.faults();
}

}  // namespace dbackup::plugin
