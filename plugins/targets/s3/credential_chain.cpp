#include "credential_chain.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <dbackup/sdk/error.h>

#include "role_credentials.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::SecretString;

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Absent when there is no such section.
std::optional<std::map<std::string, std::string>> sectionOf(std::string_view file, const std::string& name) {
    std::optional<std::map<std::string, std::string>> section;
    bool is_inside = false;
    std::istringstream lines{std::string(file)};
    for (std::string line; std::getline(lines, line);) {
        line = trimmed(line);
        if (line.starts_with('[') && line.ends_with(']')) {
            is_inside = trimmed(line.substr(1, line.size() - 2)) == name;
            if (is_inside && !section) section.emplace();
        }
        const std::size_t equals = line.find('=');
        const bool is_comment = line.starts_with('#') || line.starts_with(';') || line.starts_with('[');
        if (!is_inside || is_comment || equals == std::string::npos) continue;
        (*section)[trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
    }
    return section;
}

}  // namespace

Environment processEnvironment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value =
            std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets variables
        if (value == nullptr || *value == '\0') return std::nullopt;
        return value;
    };
}

std::optional<Credentials> sharedCredentialsOf(std::string_view file, const std::string& profile) {
    auto section = sectionOf(file, profile);
    if (!section) return std::nullopt;
    const std::string& key = (*section)["aws_access_key_id"];
    const std::string& secret = (*section)["aws_secret_access_key"];
    if (key.empty() || secret.empty()) {
        throw Error(
            ErrorKind::Settings,
            "the profile \"" + profile + "\" of the shared credentials file has no keys",
            "Write aws_access_key_id and aws_secret_access_key into it; roles and single sign-on of profiles "
            "are not followed");
    }
    return Credentials{
        key, SecretString(secret), SecretString((*section)["aws_session_token"]), std::nullopt};
}

std::optional<Credentials> CredentialChain::fromEnvironment() const {
    const auto key = environment_("AWS_ACCESS_KEY_ID");
    const auto secret = environment_("AWS_SECRET_ACCESS_KEY");
    if (!key || !secret) return std::nullopt;
    return Credentials{*key,
                       SecretString(*secret),
                       SecretString(environment_("AWS_SESSION_TOKEN").value_or("")),
                       std::nullopt};
}

std::optional<Credentials> CredentialChain::fromSharedFile() const {
    const std::string name =
        environment_("AWS_SHARED_CREDENTIALS_FILE")
            .value_or(environment_("HOME").value_or("/nonexistent") + "/.aws/credentials");
    std::string profile = profile_.empty() ? environment_("AWS_PROFILE").value_or("default") : profile_;
    std::ifstream file(name, std::ios::binary);
    auto found = file ? sharedCredentialsOf(std::string(std::istreambuf_iterator<char>(file), {}), profile)
                      : std::nullopt;
    if (!found && !profile_.empty()) {
        throw Error(ErrorKind::Settings, "there is no profile \"" + profile_ + "\" in " + name);
    }
    return found;
}

Credentials CredentialChain::get(sdk::RunContext& run) {
    // A profile that is named in the settings is meant.
    if (profile_.empty()) {
        if (auto found = fromEnvironment()) return *found;
    }
    if (auto found = fromSharedFile()) return *found;
    if (auto found = containerCredentials(environment_, run)) return *found;
    if (auto found = machineCredentials(environment_, run)) return *found;
    throw Error(ErrorKind::Authentication,
                "there are no credentials: not in the environment, not in the shared file, and neither this "
                "container "
                "nor this machine has a role",
                "Give accessKeyId and secretAccessKey, or give the service a role");
}

}  // namespace dbackup::s3
