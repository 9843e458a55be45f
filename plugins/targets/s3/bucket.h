#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/run_context.h>

#include "bucket_settings.h"
#include "curl/transfer.h"
#include "signature.h"

namespace dbackup::s3 {

/// One request to a bucket.
struct Call {
    std::string method;
    std::string key;   ///< with the prefix; empty: the bucket itself
    std::string what;  ///< how errors begin: "cannot read bucket/key"
    Query query{};
    std::map<std::string, std::string> headers{};  ///< names in lower case
    std::span<const std::byte> body{};             ///< must stay until the call has returned
    std::chrono::milliseconds time_limit{0};       ///< for all of it; 0: as long as bytes move
    std::chrono::seconds stall_timeout{0};         ///< 0: that of the settings
    /// On a new connection: on one that was used before, libcurl sends again by itself, and nobody learns of
    /// it.
    bool is_sent_once = false;
};

/// A bucket, and how it is talked to: addresses, signatures, connections, retries. [thread-safe]
class Bucket {
public:
    explicit Bucket(BucketSettings settings) : settings_(std::move(settings)) {}

    const BucketSettings& settings() const noexcept { return settings_; }
    std::string keyOf(const std::string& name) const { return settings_.prefix + name; }
    /// "bucket/key", for people.
    std::string place(const std::string& key) const { return settings_.bucket + "/" + key; }
    sdk::RetryPolicy retryPolicy() const;

    /// One attempt, whatever the status. @throws Error of the connection; Cancelled
    curl::Response send(const Call& call, sdk::RunContext& run);
    /// As many attempts as it takes; throws what statuses from 300 on mean, 404 excepted where asked for.
    curl::Response ask(const Call& call, sdk::RunContext& run, bool may_be_missing = false);
    /// Begins a request whose answer is received bit by bit.
    std::unique_ptr<curl::Transfer> open(const Call& call, sdk::RunContext& run);
    sdk::Error errorOf(const curl::Response& response, const std::string& what) const;

    /// An address that reads an object without credentials.
    std::string presignedUrl(const std::string& key, std::chrono::seconds valid, sdk::RunContext& run);

    /// Headers that reading, or writing a part, needs with a key of the customer's.
    std::map<std::string, std::string> customerKeyHeaders() const;
    /// Headers of a new object: storage class, encryption, locks.
    std::map<std::string, std::string> newObjectHeaders() const;

private:
    RequestHead headOf(const Call& call) const;
    std::string urlOf(const RequestHead& head) const;
    std::unique_ptr<curl::Transfer> prepare(const Call& call, sdk::RunContext& run);

    curl::Response explained(const curl::Response& response, const Call& call, sdk::RunContext& run);
    void warnOfTrust(sdk::RunContext& run);

    const BucketSettings settings_;
    curl::SessionPool sessions_;
    std::once_flag warned_;
};

/// The header ETag without quotes.
std::string etagOf(const curl::Response& response);

}  // namespace dbackup::s3
