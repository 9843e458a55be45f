#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

namespace dbackup::cli {

using JsonVar = Poco::Dynamic::Var;
using JsonObject = Poco::JSON::Object;
using JsonArray = Poco::JSON::Array;

/// @throws Poco::Exception when it is no JSON
JsonVar parseJson(const std::string& text);
JsonObject::Ptr newObject();
std::string toText(const JsonVar& value);
/// For people: indented by two spaces, ending in a line feed.
std::string toIndentedText(const JsonVar& value);

// Members of what a server answered. They are read with indulgence: what is absent or of another type than
// expected is the fallback, so that a newer server's answer can still be shown.
std::string textAt(const JsonObject& object, const std::string& key, const std::string& fallback = {});
std::optional<std::int64_t> numberAt(const JsonObject& object, const std::string& key);
bool flagAt(const JsonObject& object, const std::string& key, bool fallback = false);
/// Empty object when it is not there.
JsonObject::Ptr objectAt(const JsonObject& object, const std::string& key);
/// The objects of an array; others are left out.
std::vector<JsonObject::Ptr> objectsAt(const JsonObject& object, const std::string& key);
std::vector<JsonObject::Ptr> objectsIn(const JsonVar& array);
/// The texts of an array, or of one as JSON text.
std::vector<std::string> textsAt(const JsonObject& object, const std::string& key);
/// `value` as an object; an empty one if it is none.
JsonObject::Ptr asObject(const JsonVar& value);

}  // namespace dbackup::cli
