#pragma once

#include <string>
#include <string_view>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

namespace dbackup {

using JsonObject = Poco::JSON::Object;
using JsonArray = Poco::JSON::Array;
using JsonVar = Poco::Dynamic::Var;

/// Parses any JSON text; nesting is limited to 64.
/// @throws Error Settings: "<what> is not valid JSON: <reason> (line L, column C)"
JsonVar parseJson(std::string_view text, std::string_view what);
/// Parses a JSON object. @throws Error Settings
JsonObject::Ptr parseJsonObject(std::string_view text, std::string_view what);
/// An empty object whose keys keep their order.
JsonObject::Ptr newObject();
/// One line, keys in their order.
std::string toText(const JsonVar& value);

/// Members of an object by type, or the fallback when absent or null.
/// @throws Error Settings: "<key> must be a string"
std::string textOr(const JsonObject& object, const std::string& key, const std::string& fallback = {});
std::int64_t integerOr(const JsonObject& object, const std::string& key, std::int64_t fallback);
bool flagOr(const JsonObject& object, const std::string& key, bool fallback);
/// Empty pointer when absent or null. @throws Error Settings when of another type
JsonObject::Ptr objectAt(const JsonObject& object, const std::string& key);
JsonArray::Ptr arrayAt(const JsonObject& object, const std::string& key);

}  // namespace dbackup
