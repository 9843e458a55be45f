#include "host_key.h"

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

using sdk::Error;
using sdk::ErrorKind;

HostKeyCheck::HostKeyCheck(const ServerSettings& server)
    : server_(server.name()), pinned_(server.host_key), accept_any_(server.accept_any_host_key) {}

void HostKeyCheck::learn() {
    const std::lock_guard lock(mutex_);
    learning_ = true;
}

std::string HostKeyCheck::shown() const {
    const std::lock_guard lock(mutex_);
    return shown_;
}

void HostKeyCheck::check(const std::string& fingerprint, sdk::RunContext& run) {
    const std::lock_guard lock(mutex_);
    shown_ = fingerprint;
    const std::string& expected = pinned_.empty() ? learnt_ : pinned_;
    if (!expected.empty()) {
        if (fingerprint == expected) return;
        throw Error(
            ErrorKind::Authentication,
            "the host key of " + server_ + " has changed: " + expected + " is expected, " + fingerprint +
                " is shown",
            "Somebody may be between here and the server. If it was set up anew, set hostKeyFingerprint to "
            "what it shows when asked on its own console");
    }
    if (accept_any_) {
        if (!warned_) {
            run.log(
                sdk::LogLevel::Warning,
                "The host key of " + server_ + " is not checked (acceptAnyHostKey); it shows " + fingerprint);
        }
        warned_ = true;
        return;
    }
    if (!learning_) {
        throw Error(
            ErrorKind::Settings,
            "the host key of " + server_ + " is not known yet; it shows " + fingerprint,
            "Compare that with what ssh-keygen -l prints on the server, and set hostKeyFingerprint to it");
    }
    learnt_ = fingerprint;
}

}  // namespace dbackup::sftp
