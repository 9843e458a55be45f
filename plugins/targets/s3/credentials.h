#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/secret.h>

namespace dbackup::s3 {

/// Who we are to the server.
struct Credentials {
    std::string access_key_id;
    sdk::SecretString secret_access_key;
    sdk::SecretString session_token;  ///< of temporary ones
    std::optional<std::chrono::system_clock::time_point> expires;
};

/// Where credentials come from. [thread-safe]
class CredentialSource {
public:
    CredentialSource() = default;
    CredentialSource(const CredentialSource&) = delete;
    CredentialSource& operator=(const CredentialSource&) = delete;
    virtual ~CredentialSource() = default;

    /// @throws Error Settings or Authentication when there are none; Cancelled
    virtual Credentials get(sdk::RunContext& run) = 0;
};

/// Those of the settings.
class FixedCredentials final : public CredentialSource {
public:
    explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
    Credentials get(sdk::RunContext& /*run*/) override { return credentials_; }

private:
    const Credentials credentials_;
};

/// Keeps what another source gave until it is about to expire.
class KeptCredentials final : public CredentialSource {
public:
    explicit KeptCredentials(std::unique_ptr<CredentialSource> source) : source_(std::move(source)) {}
    Credentials get(sdk::RunContext& run) override;

private:
    const std::unique_ptr<CredentialSource> source_;
    std::mutex mutex_;  // guards the rest; held while the source is asked, so that it is asked once
    std::optional<Credentials> kept_;
};

}  // namespace dbackup::s3
