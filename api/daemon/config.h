#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log.h"

namespace dbackup::daemon {

/// One key of the configuration, as etc/dbackupd.properties and docs/configuration.md describe it.
struct ConfigKey {
    std::string_view name;
    std::string_view
        default_value;  ///< as it is written in the file; empty: nothing, or found by the program
};

/// All keys there are, in the order of the shipped file.
const std::vector<ConfigKey>& configKeys();

enum class TlsMode { None = 0, Auto, On, Off };

/// The configuration of one dbackupd: what cannot change while it runs. What can are the settings in the
/// store.
struct Config {
    std::string address;
    std::uint16_t port = 0;
    TlsMode tls_mode = TlsMode::Auto;
    std::filesystem::path tls_certificate;  ///< both empty: generated in the state folder
    std::filesystem::path tls_key;
    bool allow_plain_http = false;
    std::string trusted_proxies;
    int max_connections = 0;
    std::filesystem::path state_dir;
    std::filesystem::path spool_dir;  ///< empty: below the state folder
    std::filesystem::path plugins_dir;
    std::filesystem::path worker_program;
    std::uint64_t worker_memory_limit_bytes = 0;  ///< 0 = none
    std::filesystem::path resources_dir;          ///< configuration as code; empty = none
    bool resources_prune = false;
    std::string tools_path;  ///< colon-separated, tools.path first
    Log::Level log_level = Log::Level::Info;
    std::chrono::seconds shutdown_grace{0};

    /// TLS or plain HTTP? Auto is plain on a loopback address only.
    bool useTls() const;
};

/// Where the values come from; a later one wins: defaults, the file, the command line.
struct ConfigSources {
    std::optional<std::filesystem::path> file;  ///< must exist if given
    std::map<std::string, std::string> overrides;
};

/// Reads and checks all values. Touches no file but the given one.
/// @throws Error Settings with all faults, a line each: key, value and what is allowed; for an unknown key
/// the
///         nearest known one; NotFound when the file is not there
Config loadConfig(const ConfigSources& sources);

/// What loadConfig() cannot know: worker, plugin folder, certificate and key are there and usable.
/// @throws Error Settings with all faults, a line each
void checkInstallation(const Config& config);

}  // namespace dbackup::daemon
