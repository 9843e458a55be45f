#pragma once

#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/rest_client.h"

namespace dbackup::cli {

/// The one object that a text means: by its id, by its name, or by its name but for upper and lower case when
/// that is one only.
/// @param noun  "job", for the sentence when there is none
/// @throws Failure NotFound, naming the nearest; Usage when several could be meant
JsonObject::Ptr named(const std::vector<JsonObject::Ptr>& objects,
                      const std::string& text,
                      const std::string& noun);

/// The id of an execution: one is given as such or by the beginning of it (at least 6 letters); the name or
/// id of a job stands for its newest execution.
/// @throws Failure NotFound
std::string executionNamed(RestClient& rest, const std::string& text);

/// What the server lists.
std::vector<JsonObject::Ptr> jobs(RestClient& rest);
std::vector<JsonObject::Ptr> sources(RestClient& rest);
std::vector<JsonObject::Ptr> destinations(RestClient& rest);

}  // namespace dbackup::cli
