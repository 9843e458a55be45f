#pragma once

#include <string>
#include <string_view>

#include "api/handlers/body_fields.h"
#include "core/model/adapter.h"
#include "core/plugin/plugin_catalog.h"

namespace dbackup::api {

/// "engine" | "target" | "channel": what a plugin calls the adapters of a type.
std::string_view componentKind(AdapterType type);
/// "source" | "destination" | "notification": what people call them.
std::string_view adapterNoun(AdapterType type);
/// The permission that looking at (testing, listing) adapters of a type needs.
std::string readPermission(AdapterType type);
std::string writePermission(AdapterType type);

/// The component that serves an adapter id, of whatever type. @return null when no plugin has it
const plugin::CatalogEntry* findComponent(const plugin::PluginCatalog& catalog, std::string_view adapter_id);
/// Type of the adapters that a component makes.
AdapterType typeOf(const plugin::CatalogEntry& entry);

/// Divides a config, as a client sends it, into what may be shown and what may not, and checks it against
/// the plugin's schema. Secrets that the client leaves out or empty are those of `stored`.
/// @param stored  the adapter as it is, or an empty one
/// @param body  gets a fault "config.<member>" for each that the schema finds
/// @return `stored` with the new config and secrets
Adapter withConfig(const Adapter& stored,
                   const JsonObject& config,
                   const plugin::CatalogEntry& entry,
                   BodyFields& body);

/// Config and secrets in one object, as a plugin gets them.
std::string mergedSettings(const Adapter& adapter);

}  // namespace dbackup::api
