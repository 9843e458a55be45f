#pragma once

#include <chrono>
#include <string>

#include "api/http/router.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/orchestrator/orchestrator.h"
#include "core/plugin/plugin_catalog.h"
#include "core/store/adapter_store.h"
#include "core/store/execution_store.h"
#include "core/store/job_store.h"
#include "core/store/key_store.h"
#include "core/store/setting_store.h"

namespace dbackup::api {

/// What the handlers work with; all outlive the server.
struct Services {
    orchestrator::Orchestrator& orchestrator;
    store::Database& database;
    store::ExecutionStore& executions;
    store::JobStore& jobs;
    store::AdapterStore& adapters;
    store::KeyStore& keys;
    store::SettingStore& settings;
    const plugin::PluginCatalog& catalog;
    const Clock& clock;
    const Log& log;
    std::string state_folder = {};  ///< for its free space; empty = not told
};

// One function per resource adds its routes; each lives in handlers/<resource>.cpp.
void addApiKeyRoutes(Router& router, const Services& services);
void addAdapterRoutes(Router& router, const Services& services);
void addJobRoutes(Router& router, const Services& services);
void addExecutionRoutes(Router& router, const Services& services);
void addStorageRoutes(Router& router, const Services& services);
void addResourceRoutes(Router& router, const Services& services);
void addSystemRoutes(Router& router, const Services& services);  // health, plugins, settings, openapi

}  // namespace dbackup::api
