#include <Poco/Exception.h>

#include "api/daemon/daemon.h"
#include "core/base/error.h"

namespace dbackup::daemon {

namespace {

/// Keys that were changed but count only after a restart.
std::string needRestart(const Config& old, const Config& now) {
    std::string keys;
    const auto check = [&](bool same, const char* key) {
        if (!same) keys += (keys.empty() ? "" : ", ") + std::string(key);
    };
    check(old.address == now.address, "api.address");
    check(old.port == now.port, "api.port");
    check(old.useTls() == now.useTls(), "api.tls.mode");
    check(old.trusted_proxies == now.trusted_proxies, "api.trustedProxies");
    check(old.max_connections == now.max_connections, "api.maxConnections");
    check(old.state_dir == now.state_dir, "state.dir");
    check(old.plugins_dir == now.plugins_dir, "plugins.dir");
    check(old.worker_program == now.worker_program, "worker.program");
    check(old.worker_memory_limit_bytes == now.worker_memory_limit_bytes, "worker.memoryLimitMb");
    check(old.tools_path == now.tools_path, "tools.path");
    return keys;
}

}  // namespace

/// Whatever is wrong is told, and everything stays as it was.
void Daemon::reload() {
    try {
        const Config now = again_();
        checkInstallation(now);
        const std::string restart = needRestart(config_, now);
        log_.setLevel(now.log_level);
        config_.log_level = now.log_level;
        config_.shutdown_grace = now.shutdown_grace;
        config_.resources_dir = now.resources_dir;
        config_.resources_prune = now.resources_prune;
        config_.tls_certificate = now.tls_certificate;
        config_.tls_key = now.tls_key;
        reloadCertificate();
        catalog_.reload();
        log_.info("configuration, certificate and plugins were read again");
        if (!restart.empty()) log_.warning("changed, but only a restart makes it count: " + restart);
    } catch (const Error& error) {
        log_.error("the reload failed, and nothing more of it counts: " + error.text());
    } catch (const Poco::Exception& error) {
        log_.error("the reload failed, and nothing more of it counts: " + error.displayText());
    }
}

void Daemon::reloadCertificate() {
    if (tls_) tls_->reload(certificate());
}

}  // namespace dbackup::daemon
