#include "credentials.h"

namespace dbackup::s3 {

namespace {

/// Roles give new credentials at least five minutes before the old ones end.
constexpr auto renewed_before = std::chrono::minutes(4);

}  // namespace

Credentials KeptCredentials::get(sdk::RunContext& run) {
    const std::lock_guard lock(mutex_);
    const bool fresh =
        kept_ && (!kept_->expires || *kept_->expires - renewed_before > std::chrono::system_clock::now());
    if (!fresh) {
        kept_ = source_->get(run);
        run.mask(kept_->secret_access_key);
        if (!kept_->session_token.empty()) run.mask(kept_->session_token);
    }
    return *kept_;
}

}  // namespace dbackup::s3
