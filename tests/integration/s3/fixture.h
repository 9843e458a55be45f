#pragma once

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "bucket.h"
#include "s3_target.h"
#include "tests/support/objects.h"
#include "tests/support/radosgw_server.h"
#include "tests/support/recording_run.h"

namespace dbackup::test {

/// The smallest part that S3 allows.
constexpr std::size_t small_part = std::size_t{5} << 20;

/// A bucket of its own on the shared gateway. [one thread]
struct GatewayBucket {
    /// @param headers  of the request that makes it
    explicit GatewayBucket(const std::map<std::string, std::string>& headers = {});

    /// Settings that lead to it, with small parts and short pauses.
    s3::BucketSettings settings() const { return settings_; }
    std::unique_ptr<s3::S3Target> target() const { return std::make_unique<s3::S3Target>(settings_); }
    /// Settings that lead to it by another server, a proxy.
    s3::BucketSettings settingsVia(const std::string& endpoint) const;
    /// One request; throws what its status means.
    curl::Response ask(const s3::Call& call);
    /// How many uploads in parts are unfinished.
    std::size_t unfinished();
    /// Keys with their versions, also of markers, one a line, as the server lists them.
    std::size_t versions();

    RecordingRun run;

private:
    s3::BucketSettings settings_;
    std::unique_ptr<s3::Bucket> bucket_;
};

/// Settings of the shared gateway's account for a bucket that need not be there.
s3::BucketSettings gatewaySettings(const std::string& bucket);

}  // namespace dbackup::test
