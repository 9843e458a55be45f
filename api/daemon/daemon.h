#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <optional>

#include "api/daemon/config.h"
#include "api/daemon/service_manager.h"
#include "api/daemon/state_folder.h"
#include "api/daemon/tls_context.h"
#include "api/handlers/services.h"
#include "api/http/server.h"
#include "core/secrets/secret_box.h"

namespace dbackup::daemon {

/// The service: makes its parts in order of dependency, and they are destroyed in the reverse one. The
/// constructor does all that can fail at start; run() then serves.
class Daemon {
public:
    /// Takes the state folder, opens the store, asks the plugins who they are, binds the port.
    /// @param config  as loadConfig() gave it
    /// @param again   reads it once more, for a reload
    /// @param manager  outlives it
    /// @throws Error
    Daemon(const Config& config, std::function<Config()> again, const ServiceManager& manager);

    /// Applies resources.dir, then serves until SIGTERM or SIGINT; SIGHUP reads configuration, certificate
    /// and plugins again and applies resources.dir again. Running work then gets shutdown.graceSeconds to
    /// end, a second signal ends it at once. The termination signals must be blocked in all threads (see
    /// prepareProcess()).
    void run();

private:
    plugin::PluginFile describe(const std::string& file) const;
    std::optional<api::RateLimit> rateLimit(api::RateCategory category) const;
    CertificateFiles certificate() const;
    api::ServerOptions serverOptions();
    void addRoutes();
    api::Services services();
    void applyResources();
    int serve();
    void reload();
    void reloadCertificate();
    void finishWork();
    void closeServer();

    Config config_;
    const std::function<Config()> again_;
    const ServiceManager& manager_;
    Log log_;
    StateFolder state_;
    InstanceLock lock_;
    PortFile port_file_;
    SystemClock clock_;
    secrets::SecretBox secrets_;
    store::Database database_;
    store::ExecutionStore executions_;
    store::JobStore jobs_;
    store::AdapterStore adapters_;
    store::KeyStore keys_;
    store::SettingStore settings_;
    store::BackupIndex index_;
    orchestrator::WorkerOptions worker_;
    plugin::PluginCatalog catalog_;
    orchestrator::Orchestrator orchestrator_;
    api::Router router_;
    api::RateLimiter limiter_;
    api::Authenticator authenticator_;
    api::TrustedProxies proxies_;
    api::Endpoint endpoint_;
    std::unique_ptr<TlsContext> tls_;
    api::Server server_;
};

/// For main(), before the first thread: private files, few malloc arenas, and the signals that run() waits
/// for blocked, so that no thread of a library ever gets them.
void prepareProcess();

}  // namespace dbackup::daemon
