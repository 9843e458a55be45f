#include "api/daemon/service_manager.h"

#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <systemd/sd-daemon.h>

#include "core/base/error.h"

namespace dbackup::daemon {

namespace {

// Read before the first thread starts, so nothing can change the environment beside us.
std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): see above
    return value == nullptr ? std::string() : std::string(value);
}

std::string monotonicMicroseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

}  // namespace

ServiceManager::ServiceManager() : address_(environment("NOTIFY_SOCKET")) {
    std::uint64_t watchdog_us = 0;
    if (sd_watchdog_enabled(1, &watchdog_us) > 0) watchdog_ = std::chrono::milliseconds(watchdog_us / 1000);
    const int sockets = sd_listen_fds(1);
    if (sockets > 1) {
        throw Error(ErrorKind::Settings,
                    "the service manager has opened " + std::to_string(sockets) +
                        " sockets for the service, which has one",
                    "Name one address in dbackupd.socket");
    }
    if (sockets == 1) socket_ = SD_LISTEN_FDS_START;
}

void ServiceManager::tell(const std::string& state) const {
    if (address_.empty()) return;
    // Nothing can be done when the manager does not listen; it will notice itself that it was not told.
    [[maybe_unused]] const int told = sd_notify(0, state.c_str());
}

void ServiceManager::ready(const std::string& status) const {
    tell("READY=1\nSTATUS=" + status);
}

void ServiceManager::reloading() const {
    tell("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicroseconds() + "\nSTATUS=Reloading");
}

void ServiceManager::stopping(const std::string& status) const {
    tell("STOPPING=1\nSTATUS=" + status);
}

void ServiceManager::isAlive() const {
    tell("WATCHDOG=1");
}

std::string credentialFile(const std::string& name) {
    const std::string folder = environment("CREDENTIALS_DIRECTORY");
    if (folder.empty()) return {};
    const std::filesystem::path file = std::filesystem::path(folder) / name;
    std::error_code fault;
    return std::filesystem::exists(file, fault) ? file.string() : std::string();
}

}  // namespace dbackup::daemon
