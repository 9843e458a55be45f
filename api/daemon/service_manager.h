#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dbackup::daemon {

/// What systemd, or whoever speaks its protocol, is told of the service (sd_notify(3)) and gives to it
/// (sd_listen_fds(3)). Without such a manager everything here does nothing. [one thread, before others read
/// the environment]
class ServiceManager {
public:
    /// Takes what the manager put into the environment, so that no child gets it.
    ServiceManager();

    /// The socket that the manager has opened for us; absent = we open our own. @throws Error Settings for
    /// more than one
    const std::optional<int>& socket() const noexcept { return socket_; }
    /// How often isAlive() has to be said; absent = not at all.
    const std::optional<std::chrono::milliseconds>& watchdogInterval() const noexcept { return watchdog_; }

    /// Requests are taken from now on. @param status  one line for `systemctl status`
    void ready(const std::string& status) const;
    void reloading() const;
    void stopping(const std::string& status) const;
    void isAlive() const;

private:
    void tell(const std::string& state) const;

    std::string address_;  ///< of the manager; empty = there is none
    std::optional<int> socket_;
    std::optional<std::chrono::milliseconds> watchdog_;
};

/// The file of a credential that the manager keeps for the service (systemd.exec(5), LoadCredential); empty
/// when there is none.
std::string credentialFile(const std::string& name);

}  // namespace dbackup::daemon
