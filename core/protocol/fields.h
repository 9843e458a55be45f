#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace dbackup::protocol {

/// Strict reading of a message: a member that is missing or of another type is named with its place, such as
/// "sources[0].pluginFile". [one thread]
class Fields {
public:
    /// @param place  name of the object in the message; empty for the message itself
    explicit Fields(const JsonObject& json, std::string place = {}) : json_(json), place_(std::move(place)) {}

    /// @throws Error Settings, as all of these
    std::string text(const std::string& key) const;
    std::int64_t integer(const std::string& key,
                         std::int64_t least = 0,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
    bool flag(const std::string& key) const;
    std::vector<std::string> texts(const std::string& key) const;
    JsonObject::Ptr object(const std::string& key) const;
    /// The objects of an array.
    std::vector<JsonObject::Ptr> objects(const std::string& key) const;
    bool has(const std::string& key) const { return json_.has(key) && !json_.isNull(key); }
    /// How a member is called in an error: "sources[0].name".
    std::string placeOf(const std::string& key) const;

private:
    JsonVar member(const std::string& key) const;
    JsonArray::Ptr array(const std::string& key) const;

    const JsonObject& json_;
    std::string place_;
};

/// A JSON array of strings.
JsonArray::Ptr toArray(const std::vector<std::string>& values);

}  // namespace dbackup::protocol
