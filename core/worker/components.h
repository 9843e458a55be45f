#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/target.h>

#include "core/base/json.h"
#include "core/plugin/plugin_library.h"
#include "core/protocol/messages.h"

namespace dbackup::worker {

/// Where a run gets its engines and targets from. [thread-safe]
class Components {
public:
    Components() = default;
    Components(const Components&) = delete;
    Components& operator=(const Components&) = delete;
    virtual ~Components() = default;

    /// What the plugin says of itself and the component.
    struct Description {
        std::string plugin;  ///< for errors: "plugin local-filesystem"
        std::string kind;    ///< "engine" | "target" | "channel"
        JsonObject::Ptr capabilities;
    };
    /// @throws Error NotFound when the plugin has no such component, and what loading it throws
    virtual Description describe(const protocol::ComponentRef& component) = 0;
    /// A new object each time.
    virtual std::shared_ptr<sdk::DatabaseEngine> engine(const protocol::ComponentRef& component) = 0;
    virtual std::shared_ptr<sdk::StorageTarget> target(const protocol::ComponentRef& component) = 0;
};

/// Components out of plugin files, each file opened once.
class PluginComponents final : public Components {
public:
    Description describe(const protocol::ComponentRef& component) override;
    std::shared_ptr<sdk::DatabaseEngine> engine(const protocol::ComponentRef& component) override;
    std::shared_ptr<sdk::StorageTarget> target(const protocol::ComponentRef& component) override;

private:
    const plugin::PluginLibrary& library(const std::string& file);

    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<plugin::PluginLibrary>> libraries_;
};

}  // namespace dbackup::worker
