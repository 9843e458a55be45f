#pragma once

#include <string>

#include "core/protocol/fields.h"
#include "core/protocol/messages.h"

/// What the requests to a worker have in common. Thread-safe.
namespace dbackup::protocol {

JsonObject::Ptr toJson(const ComponentRef& component);
/// @param place  of the object in the message, for errors. @throws Error Settings
ComponentRef componentFrom(const JsonObject& json, const std::string& place);

/// An object with what every request has.
JsonObject::Ptr newRequest(const RunSetup& setup);
/// Checks the version and reads what every request has. @throws Error Settings, Unsupported
RunSetup openRequest(const Fields& fields);

}  // namespace dbackup::protocol
