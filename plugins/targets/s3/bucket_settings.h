#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <dbackup/sdk/settings.h>

#include "credentials.h"
#include "curl/transfer.h"
#include "uri.h"

namespace dbackup::s3 {

enum class Encryption { None = 0, Bucket, Managed, Kms, Customer };  // None is no choice

/// How objects are kept.
struct ObjectOptions {
    std::string storage_class;                   ///< empty: the bucket's own
    Encryption encryption = Encryption::Bucket;  ///< Bucket: whatever the bucket says
    std::string kms_key_id;
    sdk::SecretString customer_key;  ///< raw, 32 bytes
    std::string lock_mode;           ///< empty, GOVERNANCE or COMPLIANCE
    std::int64_t lock_days = 0;
    bool legal_hold = false;
};

/// What a bucket needs to be used, from settings of any of the four kinds.
struct BucketSettings {
    Endpoint endpoint;
    std::string region;
    std::string bucket;
    std::string prefix;  ///< empty, or ends with '/'
    bool path_style = true;
    std::shared_ptr<CredentialSource> credentials;
    ObjectOptions objects;
    curl::Connection connection;
    std::size_t part_bytes = 8U << 20;
    unsigned parallel_parts = 4;
    unsigned attempts = 6;
    std::chrono::milliseconds first_delay{200};  ///< before a request is sent again
    bool compare_etag = true;
    bool delete_versions = true;
};

// @throws Error Settings
BucketSettings genericBucket(const sdk::Settings& settings);
BucketSettings awsBucket(const sdk::Settings& settings);
BucketSettings r2Bucket(const sdk::Settings& settings);
BucketSettings hetznerBucket(const sdk::Settings& settings);

}  // namespace dbackup::s3
