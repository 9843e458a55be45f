#pragma once

#include "core/orchestrator/component_settings.h"
#include "core/orchestrator/worker_calls.h"

namespace dbackup::orchestrator {

/// The use cases that ask a worker about an adapter and wait for its answer. [thread-safe]
class AdapterCalls {
public:
    AdapterCalls(const Orchestrator::Parts& parts, const ComponentSettings& components)
        : components_(components), calls_(parts) {}

    sdk::ServerInfo test(const Adapter& adapter);
    std::vector<sdk::DatabaseInfo> databases(const Adapter& source);

private:
    const ComponentSettings& components_;
    WorkerCalls calls_;
};

}  // namespace dbackup::orchestrator
