#include "rsync_settings.h"

#include <cstdlib>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "objects/object_name.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::string_view wildcards = "*?[]\\";
constexpr std::string_view unfit_for_ssh = " \t\r\n\"'\\@%";

/// Host and user get into ssh's configuration and argv, where blanks, quotes and a dash would mean something.
std::string plainWord(const sdk::Settings& settings, const std::string& key) {
    std::string word = settings.text(key);
    if (word.empty() || word.front() == '-' || word.find_first_of(unfit_for_ssh) != std::string::npos) {
        throw Error(ErrorKind::Settings, "the " + key + " \"" + word + "\" is none that ssh can be given");
    }
    return word;
}

Login loginOf(const sdk::Settings& settings) {
    const std::string kind = settings.text("authType", "password");
    return kind == "agent" ? Login::Agent : kind == "privateKey" ? Login::PrivateKey : Login::Password;
}

std::string agentOf(const sdk::Settings& settings) {
    if (loginOf(settings) != Login::Agent) return {};
    std::string socket = settings.text("agentSocket");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody in a worker calls setenv()
    if (const char* usual = std::getenv("SSH_AUTH_SOCK"); socket.empty() && usual != nullptr) socket = usual;
    if (!socket.starts_with('/') || socket.find_first_of("\"\r\n") != std::string::npos) {
        throw Error(ErrorKind::Settings, "no SSH agent is named", "Set agentSocket");
    }
    return socket;
}

std::string prefixOf(const sdk::Settings& settings) {
    std::string prefix = settings.text("pathPrefix");
    while (prefix.size() > 1 && prefix.ends_with('/'))
        prefix.pop_back();
    const std::string relative = prefix.substr(prefix.starts_with('/') ? 1 : 0);
    if (!relative.empty()) sdk::partsOf(relative);
    if (prefix.find_first_of(wildcards) != std::string::npos) {
        throw Error(ErrorKind::Settings,
                    "the folder \"" + prefix + "\" has characters that rsync takes for wildcards");
    }
    return prefix;
}

}  // namespace

RsyncSettings::RsyncSettings(const sdk::Settings& settings)
    : host(plainWord(settings, "host")),
      port(static_cast<int>(settings.integer("port", 22))),
      username(plainWord(settings, "username")),
      login(loginOf(settings)),
      password(settings.secret("password")),
      private_key(settings.secret("privateKey")),
      passphrase(settings.secret("passphrase")),
      agent_socket(agentOf(settings)),
      prefix(prefixOf(settings)),
      fingerprint(settings.text("hostKeyFingerprint")),
      any_host_key(settings.flag("acceptAnyHostKey")),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(20))),
      idle_timeout(settings.seconds("timeout", std::chrono::seconds(60))),
      fsync(settings.flag("fsync", true)) {
    while (fingerprint.ends_with('='))
        fingerprint.pop_back();
    if (login == Login::PrivateKey && private_key.empty()) {
        throw Error(ErrorKind::Settings, "authType is privateKey, but no privateKey is given");
    }
}

std::string RsyncSettings::fullName(const std::string& name) const {
    const std::string folder = prefix.empty() || prefix.ends_with('/') ? prefix : prefix + "/";
    return username + "@" + host + ":" + folder + name;
}

std::string RsyncSettings::pathOf(const std::string& name) const {
    // "./" keeps a dash or a tilde at the beginning from meaning something.
    const std::string folder = prefix.empty() ? "./" : prefix.starts_with('/') ? prefix : "./" + prefix;
    return (folder.ends_with('/') ? folder : folder + "/") + serverName(name);
}

std::string serverName(const std::string& name) {
    return objects::withPrivateCharacters(name, wildcards);
}

std::string ourName(const std::string& server_name) {
    return objects::withoutPrivateCharacters(server_name);
}

}  // namespace dbackup::rsync
