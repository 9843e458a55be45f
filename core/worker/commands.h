#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/pipeline/destination.h"
#include "core/protocol/messages.h"
#include "core/worker/components.h"
#include "core/worker/run.h"

/// One function for each command of dbackup-worker: takes the request, returns the result event. What they
/// throw becomes a failed result.
namespace dbackup::worker {

protocol::Event describe(const JsonObject& request, Run& run, Components& components);
protocol::Event test(const JsonObject& request, Run& run, Components& components);
protocol::Event databases(const JsonObject& request, Run& run, Components& components);
protocol::Event list(const JsonObject& request, Run& run, Components& components);
protocol::Event cleanup(const JsonObject& request, Run& run, Components& components);
protocol::Event backup(const JsonObject& request, Run& run, Components& components);
protocol::Event restore(const JsonObject& request, Run& run, Components& components);

protocol::Event remove(const JsonObject& request, Run& run, Components& components);
protocol::Event lock(const JsonObject& request, Run& run, Components& components);
protocol::Event verify(const JsonObject& request, Run& run, Components& components);
protocol::Event presign(const JsonObject& request, Run& run, Components& components);
/// Its bytes go to run.dataOutput().
protocol::Event read(const JsonObject& request, Run& run, Components& components);

/// A good result.
protocol::Event success(JsonObject::Ptr data);

/// A storage component made ready for use.
class OpenTarget {
public:
    /// @param run, components  outlive it
    /// @throws Error Settings when the component is no target, and what making it throws
    OpenTarget(const protocol::ComponentRef& component,
               Run& run,
               Components& components,
               std::stop_token stop,
               const pipeline::Delivery& delivery = {});

    pipeline::Destination& destination() noexcept { return destination_; }
    const protocol::ComponentRef& component() const noexcept { return component_; }

private:
    const protocol::ComponentRef component_;
    const std::string plugin_;  ///< before the target: its secrets are masked from here on
    const std::shared_ptr<sdk::StorageTarget> target_;
    PluginContext context_;
    pipeline::Destination destination_;
};

/// A database component made ready for use.
struct OpenEngine {
    std::string plugin;  ///< for errors
    JsonObject::Ptr capabilities;
    std::shared_ptr<sdk::DatabaseEngine> engine;
};
/// @throws Error Settings when the component is no engine, and what making it throws
OpenEngine openEngine(const protocol::ComponentRef& component, Run& run, Components& components);

}  // namespace dbackup::worker
