#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dbackup::cli {

/// How a server is reached.
struct Connection {
    std::string url = "http://127.0.0.1:8484";  ///< without a slash at the end
    std::string api_key;                        ///< empty = none
    bool skip_tls_verify = false;
    std::string ca_file;  ///< PEM; empty = the system's authorities
};

/// What the options on the command line say.
struct ConnectionOptions {
    std::string url = {};
    std::string profile = {};
    std::string api_key_file = {};
    bool skip_tls_verify = false;
    std::string ca_file = {};
};

/// Looks up a variable of the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Where the profiles are: DBACKUP_PROFILES, or dbackup/profiles.yaml below XDG_CONFIG_HOME (~/.config).
std::filesystem::path profileFile(const Environment& environment);

/// The names of the profiles in a file, for completion; none when it cannot be read.
std::vector<std::string> profileNames(const std::filesystem::path& file);

/// Puts the connection together. URL and key: --url and --api-key-file win over a profile named with
/// --profile or DBACKUP_PROFILE; that over DBACKUP_URL and DBACKUP_API_KEY; they over the file's default
/// profile. The key of a profile never goes to another URL than the profile's own.
/// @throws Failure Usage: no such profile, a profile file that is malformed or that others may read
Connection connectionFrom(const ConnectionOptions& options, const Environment& environment);

}  // namespace dbackup::cli
