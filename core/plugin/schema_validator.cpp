#include "core/plugin/schema_validator.h"

#include "core/base/error.h"
#include "core/plugin/schema_node.h"

namespace dbackup::plugin {

std::string faultsText(const std::vector<SchemaFault>& faults) {
    std::string text;
    for (const SchemaFault& fault : faults) {
        if (!text.empty()) text += "; ";
        if (!fault.pointer.empty()) text += fault.pointer + " ";
        text += fault.reason;
    }
    return text;
}

SchemaValidator::SchemaValidator(std::string_view schema)
    : schema_(parseJsonObject(schema, "the settings schema")) {
    std::vector<SchemaFault> faults;
    root_ = std::make_shared<const SchemaNode>(readSchema(schema_, faults));
    if (!faults.empty()) {
        throw Error(ErrorKind::Settings, "the settings schema cannot be used: " + faultsText(faults));
    }
    for (const auto& [name, property] : root_->properties) {
        if (property.secret) secret_keys_.push_back(name);
    }
}

std::vector<SchemaFault> SchemaValidator::check(JsonObject& settings) const {
    std::vector<SchemaFault> faults;
    checkMembers(*root_, settings, faults);
    return faults;
}

}  // namespace dbackup::plugin
