#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "credentials.h"

namespace dbackup::s3 {

/// A variable of the environment; absent when it is not set or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment processEnvironment();

/// The usual places, the first that has something: the environment (AWS_ACCESS_KEY_ID, ...), the shared file
/// (~/.aws/credentials), the role of the container, the role of the machine (IMDSv2).
class CredentialChain final : public CredentialSource {
public:
    /// @param profile  section of the shared file; empty: AWS_PROFILE, or "default"
    CredentialChain(std::string profile, Environment environment)
        : profile_(std::move(profile)), environment_(std::move(environment)) {}
    Credentials get(sdk::RunContext& run) override;

private:
    std::optional<Credentials> fromEnvironment() const;
    std::optional<Credentials> fromSharedFile() const;

    const std::string profile_;
    const Environment environment_;
};

/// The keys of one section of a file in the form of ~/.aws/credentials; absent when the section is not there.
/// @throws Error Settings when it is there and has no keys
std::optional<Credentials> sharedCredentialsOf(std::string_view file, const std::string& profile);

}  // namespace dbackup::s3
