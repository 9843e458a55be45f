#include "core/worker/components.h"

#include "core/base/error.h"

namespace dbackup::worker {

const plugin::PluginLibrary& PluginComponents::library(const std::string& file) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<plugin::PluginLibrary>& entry = libraries_[file];
    if (!entry) entry = std::make_unique<plugin::PluginLibrary>(file);
    return *entry;
}

Components::Description PluginComponents::describe(const protocol::ComponentRef& component) {
    const plugin::PluginLibrary& from = library(component.plugin_file);
    for (const plugin::ComponentInfo& info : from.components()) {
        if (info.id != component.component) continue;
        return {std::string("plugin ") + from.info().name,
                info.kind,
                parseJsonObject(info.capabilities, "capabilities of " + info.id)};
    }
    throw Error(ErrorKind::NotFound,
                component.plugin_file + " has no component \"" + component.component + "\"",
                "Restart the service after plugins were changed");
}

std::shared_ptr<sdk::DatabaseEngine> PluginComponents::engine(const protocol::ComponentRef& component) {
    return library(component.plugin_file).engine(component.component, component.settings);
}

std::shared_ptr<sdk::StorageTarget> PluginComponents::target(const protocol::ComponentRef& component) {
    return library(component.plugin_file).target(component.component, component.settings);
}

}  // namespace dbackup::worker
