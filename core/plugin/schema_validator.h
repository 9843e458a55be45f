#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace dbackup::plugin {

struct SchemaFault {
    std::string pointer;  ///< JSON pointer (RFC 6901) of the member, "" for the whole
    std::string reason;   ///< "must be at most 65535"
};

/// "/port must be at most 65535; /host is required"
std::string faultsText(const std::vector<SchemaFault>& faults);

struct SchemaNode;

/// A settings schema: the fixed subset of JSON Schema 2020-12 in docs/plugins.md. Immutable, thread-safe.
class SchemaValidator {
public:
    /// @throws Error Settings when the schema is not JSON, or is not within the subset: with all faults
    explicit SchemaValidator(std::string_view schema);

    /// Fills in defaults, writes 5.0 as 5 where a whole number is wanted, and returns *all* faults. Their
    /// reasons never hold a value of the settings.
    std::vector<SchemaFault> check(JsonObject& settings) const;
    /// Top-level keys with `x-secret`.
    const std::vector<std::string>& secretKeys() const noexcept { return secret_keys_; }
    const JsonObject& schema() const { return *schema_; }

private:
    JsonObject::Ptr schema_;
    std::shared_ptr<const SchemaNode> root_;
    std::vector<std::string> secret_keys_;
};

}  // namespace dbackup::plugin
