#pragma once

#include <chrono>
#include <string>

#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::smb {

/// How the share is reached. Immutable, so thread-safe.
struct SmbSettings {
    /// @throws Error Settings when the address is none of a share, or a text cannot be handed to smbclient
    explicit SmbSettings(const sdk::Settings& settings);

    /// The object for people: "//server/share/folder/name".
    std::string fullName(const std::string& name) const;

    std::string address;  ///< "//server/share"
    std::string port;
    sdk::SecretString credentials;  ///< content of an authentication file of Samba
    std::string max_protocol;
    std::string protection;
    std::string prefix;  ///< without slashes at its ends; may be empty
    std::chrono::seconds timeout;
};

}  // namespace dbackup::smb
