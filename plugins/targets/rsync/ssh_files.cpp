#include "ssh_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unique_fd.h>

#include "objects/object_name.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr mode_t private_folder = 0700;
constexpr mode_t private_file = 0600;
constexpr std::int64_t alive_count = 4;

std::string withLineEnd(const std::string& text) {
    return text.ends_with('\n') ? text : text + "\n";
}

std::string authentication(const RsyncSettings& settings, const std::string& key_file) {
    switch (settings.login) {
        case Login::PrivateKey:
            return "PreferredAuthentications publickey\nIdentitiesOnly yes\nIdentityAgent none\nIdentityFile "
                   "\"" +
                   key_file + "\"\n";
        case Login::Agent:
            return "PreferredAuthentications publickey\nBatchMode yes\nIdentityAgent \"" +
                   settings.agent_socket + "\"\n";
        default:
            return "PreferredAuthentications password,keyboard-interactive\nPubkeyAuthentication no\n";
    }
}

/// The program that answers ssh's questions, beside the one or the library that this code is in.
std::string askpassProgram() {
    Dl_info info{};
    static const char here = 0;
    std::filesystem::path place;
    if (dladdr(&here, &info) != 0 && info.dli_fname != nullptr) {
        std::error_code ignored;
        place = std::filesystem::canonical(info.dli_fname, ignored);
    }
    while (place.has_relative_path()) {
        place = place.parent_path();
        const std::filesystem::path program = place / "libexec/dbackup/dbackup-askpass";
        if (access(program.c_str(), X_OK) == 0) return program.string();
    }
    throw Error(
        ErrorKind::ToolMissing, "dbackup-askpass is not there", "It belongs to DBackup's installation");
}

}  // namespace

SshFiles::SshFiles(const RsyncSettings& settings, const std::string& known_hosts, sdk::RunContext& run)
    : run_(run), folder_(run.scratch() / ("ssh-" + objects::randomDigits())) {
    if (mkdir(folder_.c_str(), private_folder) != 0)
        throw sdk::systemError("cannot make " + folder_.string(), errno);
    try {
        write("known_hosts", known_hosts);
        write("password", settings.password.reveal());
        write("passphrase", settings.passphrase.reveal());
        if (settings.login == Login::PrivateKey) write("key", withLineEnd(settings.private_key.reveal()));
        write("config", configuration(settings, !known_hosts.empty()));
    } catch (const Error&) {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
        throw;
    }
}

SshFiles::~SshFiles() {
    std::error_code failure;
    std::filesystem::remove_all(folder_, failure);
    if (failure)
        run_.log(sdk::LogLevel::Warning, "Could not remove " + folder_.string() + ": " + failure.message());
}

std::string SshFiles::remoteShell(const std::string& ssh, const std::string& socket) const {
    return ssh + " -F \"" + at("config") + "\"" + (socket.empty() ? "" : " -S \"" + socket + "\"");
}

void SshFiles::answerFor(sdk::Command& command) const {
    command.env("DBACKUP_ASKPASS", at(""));
    command.env("SSH_ASKPASS", askpassProgram()).env("SSH_ASKPASS_REQUIRE", "force");
}

void SshFiles::write(const std::string& name, const std::string& content) const {
    const sdk::UniqueFd file(::open(at(name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, private_file));
    if (!file ||
        ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
        throw sdk::systemError("cannot write " + at(name), errno);
    }
}

std::string SshFiles::configuration(const RsyncSettings& settings, bool knows_host) const {
    std::string text = "Port " + std::to_string(settings.port) + "\nUser " + settings.username + "\n";
    text += "ConnectTimeout " + std::to_string(settings.connect_timeout.count()) + "\n";
    text += std::string("StrictHostKeyChecking ") + (knows_host ? "yes" : "no") + "\n";
    text += "UserKnownHostsFile \"" + at("known_hosts") +
            "\"\nGlobalKnownHostsFile /dev/null\nUpdateHostKeys no\n";
    // What ssh does by itself, such as removing an object, ends with a silent server as a transfer does.
    const auto alive_interval = std::max<std::int64_t>(1, settings.idle_timeout.count() / alive_count);
    text += "NumberOfPasswordPrompts 1\nConnectionAttempts 1\nServerAliveInterval " +
            std::to_string(alive_interval) + "\nServerAliveCountMax " + std::to_string(alive_count) + "\n";
    text += "ClearAllForwardings yes\nForwardAgent no\nControlMaster no\nControlPath none\nLogLevel ERROR\n";
    return text + authentication(settings, at("key"));
}

}  // namespace dbackup::rsync
