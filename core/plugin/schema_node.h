#pragma once

#include <string>
#include <vector>

#include "core/plugin/schema_validator.h"

namespace dbackup::plugin {

/// Walks a schema. @throws Error Settings naming the first keyword outside the subset, and its place
void refuseUnknownKeywords(const JsonObject& schema, const std::string& pointer);

/// One walk of a value along its schema; collects all faults and fills in defaults. [one thread]
class SchemaCheck {
public:
    void object(const JsonObject& schema, JsonObject& value, const std::string& pointer);
    const std::vector<SchemaFault>& faults() const noexcept { return faults_; }

private:
    void value(const JsonObject& schema, const JsonVar& value, const std::string& pointer);
    void text(const JsonObject& schema, const std::string& text, const std::string& pointer);
    void number(const JsonObject& schema, double number, const std::string& pointer);
    void array(const JsonObject& schema, const JsonArray& array, const std::string& pointer);
    void conditions(const JsonObject& schema, JsonObject& value, const std::string& pointer);
    void fault(const std::string& pointer, std::string reason) {
        faults_.push_back({pointer, std::move(reason)});
    }

    std::vector<SchemaFault> faults_;
};

/// Is the text of that `format`? Unknown formats are refused with the schema.
bool hasFormat(const std::string& format, const std::string& text);
/// The formats of the subset: hostname, port, uri, path, duration, byte-size, email.
bool isKnownFormat(const std::string& format);

}  // namespace dbackup::plugin
