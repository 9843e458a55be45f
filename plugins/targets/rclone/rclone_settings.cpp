#include "rclone_settings.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include <dbackup/sdk/error.h>

namespace dbackup::rclone {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// What is shorter is no secret, and masking it would make the log unreadable.
constexpr std::size_t shortest_secret = 6;
constexpr std::array<std::string_view, 6> secret_words{
    "pass", "secret", "token", "key", "sas_url", "credentials"};

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string remoteOf(const sdk::Settings& settings) {
    std::string remote = settings.text("remote");
    const std::size_t colon = remote.find(':');
    if (colon == std::string::npos || colon == 0 || remote.front() == '-') {
        throw Error(ErrorKind::Settings,
                    "the remote \"" + remote + "\" is none of rclone's",
                    "Write the remote's name, a colon and a folder, such as gdrive:backups");
    }
    while (remote.ends_with('/') && remote.size() > colon + 2)
        remote.pop_back();
    return remote;
}

}  // namespace

RcloneSettings::RcloneSettings(const sdk::Settings& settings)
    : remote(remoteOf(settings)),
      config_file(settings.text("configFile")),
      config(settings.secret("config")),
      config_password(settings.secret("configPassword")),
      ca_file(settings.text("caFile")),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(20))),
      idle_timeout(settings.seconds("timeout", std::chrono::seconds(60))) {
    if (!config.empty() && !config_file.empty()) {
        throw Error(ErrorKind::Settings,
                    "both a configuration and a configuration file of rclone are given",
                    "Keep one of config and configFile");
    }
}

std::string RcloneSettings::addressOf(const std::string& name) const {
    if (name.empty()) return remote;
    return remote.ends_with(':') || remote.ends_with('/') ? remote + name : remote + "/" + name;
}

std::vector<sdk::SecretString> secretsIn(const sdk::SecretString& config) {
    std::vector<sdk::SecretString> found;
    std::istringstream lines(config.reveal());
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) continue;
        const std::string key = line.substr(0, equals);
        const std::string value = trimmed(line.substr(equals + 1));
        const bool secret = std::any_of(secret_words.begin(), secret_words.end(), [&](std::string_view word) {
            return key.find(word) != std::string::npos;
        });
        if (secret && value.size() >= shortest_secret) found.emplace_back(value);
    }
    return found;
}

}  // namespace dbackup::rclone
