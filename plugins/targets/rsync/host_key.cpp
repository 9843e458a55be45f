#include "host_key.h"

#include <sstream>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

#include "md5.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

std::string scan(const RsyncSettings& settings, sdk::RunContext& run) {
    const auto program = sdk::findTool("ssh-keyscan", run);
    if (!program) {
        throw Error(ErrorKind::ToolMissing, "ssh-keyscan is not there", "Install the package openssh-client");
    }
    sdk::Command command(*program);
    command.args(
        {"-T", std::to_string(settings.connect_timeout.count()), "-p", std::to_string(settings.port)});
    command.arg(settings.host);
    sdk::Subprocess process(command, run);
    std::string keys = process.readAll();
    (void)process.wait();  // without a key it is of no interest how it ended
    if (keys.find(" ssh-") == std::string::npos && keys.find(" ecdsa-") == std::string::npos) {
        throw Error(ErrorKind::Unavailable,
                    settings.host + " port " + std::to_string(settings.port) + " shows no SSH host key")
            .canRetry();
    }
    return keys;
}

}  // namespace

std::string HostKey::knownHostsLine(sdk::RunContext& run) {
    if (settings_.fingerprint.empty() && settings_.any_host_key) {
        run.log(sdk::LogLevel::Warning,
                "Whatever host key " + settings_.host + " shows is accepted: set hostKeyFingerprint");
        return {};
    }
    {
        const std::lock_guard lock(mutex_);
        if (!line_.empty()) return line_;
    }
    std::istringstream keys(scan(settings_, run));
    std::string shown;
    for (std::string line; std::getline(keys, line);) {
        std::istringstream words(line);
        std::string host;
        std::string type;
        std::string key;
        if (line.starts_with('#') || !(words >> host >> type >> key)) continue;
        const std::string fingerprint = fingerprintOf(key);
        if (fingerprint == settings_.fingerprint) {
            const std::lock_guard lock(mutex_);
            return line_ = line + "\n";
        }
        shown += (shown.empty() ? "" : ", ") + fingerprint + " (" + type + ")";
    }
    if (settings_.fingerprint.empty()) {
        throw Error(ErrorKind::Authentication,
                    "the host key of " + settings_.host + " is not known yet; it shows " + shown,
                    "Compare it with ssh-keygen -l on the server, and set it as hostKeyFingerprint");
    }
    throw Error(
        ErrorKind::Authentication,
        settings_.host + " does not have the host key " + settings_.fingerprint + "; it shows " + shown,
        "If the server was not installed anew, somebody may be in between");
}

}  // namespace dbackup::rsync
