#pragma once

#include <semaphore>

#include "core/orchestrator/component_settings.h"
#include "core/orchestrator/limits.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// The use cases that ask a worker one question and wait for its answer. [thread-safe]
class AdapterCalls {
public:
    AdapterCalls(const Orchestrator::Parts& parts, const ComponentSettings& components)
        : parts_(parts), components_(components) {}

    sdk::ServerInfo test(const Adapter& adapter);
    std::vector<sdk::DatabaseInfo> databases(const Adapter& source);
    /// @param path  only this backup; empty = all
    std::vector<StoredBackup> backups(const Adapter& destination, const std::string& path = {});

private:
    /// @return nothing when it takes longer than `timeout`
    std::optional<JsonObject::Ptr> ask(std::string_view command,
                                       protocol::ComponentRequest request,
                                       std::chrono::seconds timeout);
    JsonObject::Ptr call(std::string_view command,
                         protocol::ComponentRequest request,
                         std::chrono::seconds timeout);

    const Orchestrator::Parts& parts_;
    const ComponentSettings& components_;
    std::counting_semaphore<limits::calls> free_{limits::calls};
};

}  // namespace dbackup::orchestrator
