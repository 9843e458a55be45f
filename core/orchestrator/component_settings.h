#pragma once

#include "core/model/adapter.h"
#include "core/plugin/plugin_catalog.h"
#include "core/protocol/messages.h"

namespace dbackup::orchestrator {

/// Adapters as their plugins get them. [thread-safe]
class ComponentSettings {
public:
    /// @param catalog  outlives it
    explicit ComponentSettings(const plugin::PluginCatalog& catalog) : catalog_(catalog) {}

    /// Config and secrets merged, defaults filled in.
    /// @throws Error Settings naming every fault; NotFound when no plugin serves the id
    protocol::ComponentRef of(const Adapter& adapter) const;

private:
    const plugin::PluginCatalog& catalog_;
};

}  // namespace dbackup::orchestrator
