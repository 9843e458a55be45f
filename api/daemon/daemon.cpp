#include "api/daemon/daemon.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "api/daemon/certificate.h"
#include "api/daemon/resource_folder.h"
#include "core/base/error.h"

namespace dbackup::daemon {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds describe_time{10};
/// How long requests in work may take after the running work has ended.
constexpr milliseconds request_patience{2000};
constexpr std::chrono::hours certificate_warning{30 * 24};

sigset_t terminationSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&signals, signal);
    }
    return signals;
}

/// Waits for one of the signals. @return its number, or 0 after `patience`
int awaitSignal(milliseconds patience) {
    const sigset_t signals = terminationSignals();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    const timespec time{seconds.count(), std::chrono::nanoseconds(patience - seconds).count()};
    const int signal = sigtimedwait(&signals, nullptr, &time);
    return signal > 0 ? signal : 0;
}

// Without a descriptor for it, a connection can neither be accepted nor refused, and Poco would try again
// without end.
void raiseFileLimit(int connections, const Log& log) {
    constexpr rlim_t files_of_ours = 256;
    const rlim_t needed = static_cast<rlim_t>(connections) + files_of_ours;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) {
        return;
    }
    limit.rlim_cur = std::min(needed, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < needed) {
        log.warning("at most " + std::to_string(limit.rlim_cur) + " open files are allowed, too few for " +
                    std::to_string(connections) +
                    " connections; raise the limit or lower api.maxConnections");
    }
}

std::string_view settingName(api::RateCategory category) {
    switch (category) {
        case api::RateCategory::Auth:
            return "auth";
        case api::RateCategory::Write:
            return "write";
        default:
            return "read";
    }
}

// What `dbackup-worker describe` answers.
plugin::PluginFile pluginFileFrom(const JsonObject& json) {
    plugin::PluginFile file{textOr(json, "file"),
                            textOr(json, "name"),
                            textOr(json, "version"),
                            textOr(json, "vendor"),
                            textOr(json, "abi"),
                            flagOr(json, "loaded", true),
                            textOr(json, "reason"),
                            {}};
    const JsonArray::Ptr components = arrayAt(json, "components");
    for (unsigned i = 0; components && i < components->size(); ++i) {
        const JsonObject::Ptr component = components->getObject(i);
        if (!component) {
            throw Error(ErrorKind::Internal,
                        "the worker describes a component of " + file.file + " by no object");
        }
        file.components.push_back({textOr(*component, "kind"),
                                   textOr(*component, "id"),
                                   textOr(*component, "title"),
                                   textOr(*component, "schema"),
                                   textOr(*component, "capabilities")});
    }
    return file;
}

/// The service manager's, where it keeps one: then the folder can be copied without the key.
std::filesystem::path masterKeyFile(const StateFolder& state) {
    const std::string credential = credentialFile("dbackup.master-key");
    return credential.empty() ? state.masterKey() : std::filesystem::path(credential);
}

}  // namespace

Daemon::Daemon(const Config& config, std::function<Config()> again, const ServiceManager& manager)
    : config_(config),
      again_(std::move(again)),
      manager_(manager),
      log_(config.log_level),
      state_(config.state_dir),
      lock_(state_.lockFile()),
      port_file_(state_.portFile()),
      secrets_(secrets::SecretBox::open(masterKeyFile(state_))),
      database_(state_.database(), log_),
      executions_(database_),
      jobs_(database_),
      adapters_(database_, secrets_),
      keys_(database_),
      settings_(database_),
      index_(database_),
      worker_{config.worker_program.string(),
              config.tools_path,
              state_.scratch().string(),
              config.worker_memory_limit_bytes,
              orchestrator::WorkerOptions{}.cancel_grace,
              config.spool_dir.string()},
      catalog_(
          config.plugins_dir.string(), [this](const std::string& file) { return describe(file); }, log_),
      orchestrator_({executions_, jobs_, adapters_, settings_, index_, catalog_, clock_, log_, worker_}),
      limiter_([this](api::RateCategory category) { return rateLimit(category); }, clock_),
      authenticator_({[this](const std::string& hash) { return keys_.findByHash(hash); },
                      [this](const std::string& id, TimePoint now) { keys_.usedLater(id, now); }},
                     clock_),
      proxies_(config.trusted_proxies),
      endpoint_({router_, limiter_, authenticator_, proxies_, log_}),
      server_(serverOptions(), endpoint_, log_) {
    addRoutes();
}

plugin::PluginFile Daemon::describe(const std::string& file) const {
    JsonObject::Ptr request = newObject();
    request->set("file", file);
    return pluginFileFrom(*orchestrator::callWorker(worker_, "describe", *request, describe_time, log_));
}

api::Services Daemon::services() {
    return {orchestrator_,
            database_,
            executions_,
            jobs_,
            adapters_,
            keys_,
            settings_,
            catalog_,
            clock_,
            log_,
            config_.state_dir.string()};
}

void Daemon::applyResources() {
    applyResourceFolder(services(), config_.resources_dir, config_.resources_prune);
}

void Daemon::addRoutes() {
    const api::Services services = this->services();
    api::addApiKeyRoutes(router_, services);
    api::addAdapterRoutes(router_, services);
    api::addJobRoutes(router_, services);
    api::addExecutionRoutes(router_, services);
    api::addStorageRoutes(router_, services);
    api::addResourceRoutes(router_, services);
    api::addSystemRoutes(router_, services);
}

std::optional<api::RateLimit> Daemon::rateLimit(api::RateCategory category) const {
    if (settings_.value("api.rateLimit.enabled") == 0) {
        return std::nullopt;
    }
    const std::string prefix = "api.rateLimit." + std::string(settingName(category));
    return api::RateLimit{settings_.value(prefix + ".points"),
                          std::chrono::seconds(settings_.value(prefix + ".windowSeconds"))};
}

CertificateFiles Daemon::certificate() const {
    const bool own = !config_.tls_certificate.empty();
    CertificateFiles files =
        own ? CertificateFiles{config_.tls_certificate, config_.tls_key} : generatedCertificate(state_.tls());
    const TimePoint end = checkCertificate(files);
    if (end < clock_.now() + certificate_warning) {
        log_.warning("the certificate " + files.certificate.string() + " ends on " + toIso(end));
    }
    return files;
}

api::ServerOptions Daemon::serverOptions() {
    api::ServerOptions options;
    options.address = config_.address;
    options.port = config_.port;
    options.max_connections = config_.max_connections;
    options.socket = manager_.socket();
    if (config_.useTls()) {
        tls_ = std::make_unique<TlsContext>(certificate());
        options.tls = tls_->context();
    }
    return options;
}

void Daemon::run() {
    raiseFileLimit(config_.max_connections, log_);
    applyResources();
    orchestrator_.start();
    server_.start();
    port_file_.write(server_.port());
    const std::string host =
        config_.address.find(':') == std::string::npos ? config_.address : '[' + config_.address + ']';
    const std::string where = manager_.socket() ? "the service manager's socket"
                                                : std::string(config_.useTls() ? "https" : "http") + "://" +
                                                      host + ':' + std::to_string(server_.port());
    log_.info("listening on " + where + ", state in " + config_.state_dir.string());
    // What only the start needed goes back to the system.
    malloc_trim(0);
    manager_.ready("Listening on " + where);

    while (serve() == SIGHUP) {
        manager_.reloading();
        reload();
        applyResources();
        manager_.ready("Listening on " + where);
    }
    manager_.stopping("Running work gets " + std::to_string(config_.shutdown_grace.count()) +
                      " seconds to end");
    log_.info("stopping; running work gets " + std::to_string(config_.shutdown_grace.count()) +
              " seconds to end, a second signal ends it at once");
    finishWork();
    closeServer();
    log_.info("stopped");
}

/// Waits for a signal. The watchdog is told that we are alive only while the history answers.
int Daemon::serve() {
    const auto watchdog = manager_.watchdogInterval();
    const milliseconds patience = watchdog ? *watchdog / 2 : milliseconds(std::chrono::hours(1));
    for (;;) {
        if (watchdog) {
            database_.flush();  // returns when the writer has taken its turn
            manager_.isAlive();
        }
        if (const int signal = awaitSignal(patience); signal != 0) return signal;
    }
}

// Polls are still answered meanwhile, so that a pipeline learns how its backup ended.
void Daemon::finishWork() {
    endpoint_.refuseChanges();
    std::atomic<bool> done{false};
    const std::jthread stopper([&] {
        pthread_setname_np(pthread_self(), "stop");
        orchestrator_.stop(config_.shutdown_grace);
        done = true;
    });
    while (!done) {
        if (manager_.watchdogInterval()) manager_.isAlive();
        const int signal = awaitSignal(milliseconds(20));
        if (signal == SIGTERM || signal == SIGINT) {
            log_.warning("second signal: running work is cancelled now");
            orchestrator_.stop(milliseconds(0));
        }
    }
}

void Daemon::closeServer() {
    if (server_.stop(request_patience)) {
        return;
    }
    // A handler waits for something that nothing can interrupt. All that must be kept is on disk.
    log_.warning("a request is still in work; ending without it");
    database_.flush();
    std::_Exit(EXIT_SUCCESS);
}

void prepareProcess() {
    umask(077);
    // Each arena would keep its own free memory; requests are short and the lock is not what they wait for.
    mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): no second thread is there yet
    sigset_t signals = terminationSignals();
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace dbackup::daemon
