#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>
#include <dbackup/sdk/target_extensions.h>

#include "bucket.h"
#include "part_slots.h"

namespace dbackup::s3 {

/// Objects in a bucket. [thread-safe]
class S3Target : public sdk::StorageTarget, public sdk::BatchRemove, public sdk::Presign {
public:
    explicit S3Target(BucketSettings settings);

    sdk::TargetLimits limits() const override;
    std::string test(sdk::RunContext& run) override;
    std::unique_ptr<sdk::ObjectWriter> create(const sdk::ObjectSpec& spec, sdk::RunContext& run) override;
    std::unique_ptr<sdk::ObjectReader> open(const std::string& name,
                                            sdk::ByteRange range,
                                            sdk::RunContext& run) override;
    std::optional<sdk::ObjectInfo> stat(const std::string& name, sdk::RunContext& run) override;
    void list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) override;
    bool remove(const std::string& name, sdk::RunContext& run) override;
    void cleanup(const std::string& token, sdk::RunContext& run) override;
    void* extension(std::string_view id) noexcept override;

    void removeAll(std::span<const std::string> names, sdk::RunContext& run) override;
    std::string presign(const std::string& name, std::chrono::seconds valid, sdk::RunContext& run) override;

private:
    void requireBucket(sdk::RunContext& run);

    Bucket bucket_;
    PartSlots slots_;
    std::atomic<bool> bucket_was_seen_{false};
};

/// The four kinds of settings.
class GenericTarget final : public S3Target {
public:
    explicit GenericTarget(const sdk::Settings& settings) : S3Target(genericBucket(settings)) {}
};
class AwsTarget final : public S3Target {
public:
    explicit AwsTarget(const sdk::Settings& settings) : S3Target(awsBucket(settings)) {}
};
class R2Target final : public S3Target {
public:
    explicit R2Target(const sdk::Settings& settings) : S3Target(r2Bucket(settings)) {}
};
class HetznerTarget final : public S3Target {
public:
    explicit HetznerTarget(const sdk::Settings& settings) : S3Target(hetznerBucket(settings)) {}
};

}  // namespace dbackup::s3
