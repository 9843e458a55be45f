#pragma once

#include <string>

#include "core/plugin/plugin_catalog.h"

namespace dbackup::api {

/// JSON Schema (2020-12) of one document, for editors: every kind, with the settings of every plugin that is
/// there.
std::string resourceSchema(const plugin::PluginCatalog& catalog);

}  // namespace dbackup::api
