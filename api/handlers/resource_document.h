#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/handlers/services.h"
#include "core/model/adapter.h"
#include "core/model/api_key.h"
#include "core/model/job.h"

namespace dbackup::api {

/// Kinds of document, in the order in which they are applied: what is named before who names it.
enum class ResourceKind { None = 0, Settings, Source, Destination, ApiKey, Job };

const std::vector<ResourceKind>& resourceKinds();
std::string_view toString(ResourceKind kind) noexcept;
/// None for an unknown name.
ResourceKind resourceKindFrom(std::string_view name) noexcept;
std::string readPermission(ResourceKind kind);
std::string writePermission(ResourceKind kind);

// Objects as documents: names in place of ids, no more than differs from the defaults, no secret but as a
// placeholder. What these give can be applied again and changes nothing.
JsonObject::Ptr documentOf(const Adapter& adapter);
JsonObject::Ptr documentOf(const ApiKey& key);
JsonObject::Ptr documentOf(const Job& job, const store::AdapterStore& adapters);
JsonObject::Ptr documentOf(const store::SettingStore& settings);

/// A job that has nothing set, as REST has it: the members that a document of a job may have, and their
/// defaults.
JsonObject::Ptr jobDefaults();
/// The same of one destination of a job.
JsonObject::Ptr jobDestinationDefaults();

/// "config.host" -> the value as JSON, for comparing documents: objects are taken apart, arrays are not.
std::map<std::string, std::string> flattened(const JsonObject& document);

}  // namespace dbackup::api
