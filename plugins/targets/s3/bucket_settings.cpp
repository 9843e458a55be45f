#include "bucket_settings.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

#include "credential_chain.h"
#include "hash.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::Settings;

constexpr std::size_t customer_key_bytes = 32;

/// "a/b/" for "/a//b/"
std::string prefixOf(const std::string& text) {
    std::string prefix;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find('/', start), text.size());
        if (end > start) prefix += text.substr(start, end - start) + "/";
        start = end + 1;
    }
    return prefix;
}

/// Can the bucket's name be part of a host's name?
bool fitsHost(const BucketSettings& bucket) {
    const bool is_plain =
        bucket.bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
    const bool certificate_fits =
        bucket.endpoint.scheme != "https" || bucket.bucket.find('.') == std::string::npos;
    return is_plain && certificate_fits && !bucket.endpoint.isNumeric();
}

std::shared_ptr<CredentialSource> credentialsOf(const Settings& settings) {
    if (settings.text("credentials", "static") == "chain") {
        return std::make_shared<KeptCredentials>(
            std::make_unique<CredentialChain>(settings.text("profile"), processEnvironment()));
    }
    if (!settings.has("accessKeyId") || !settings.has("secretAccessKey")) {
        throw Error(ErrorKind::Settings,
                    "accessKeyId and secretAccessKey are missing",
                    "Give both, or set credentials to chain where the service has a role or a shared file");
    }
    return std::make_shared<FixedCredentials>(Credentials{settings.text("accessKeyId"),
                                                          settings.secret("secretAccessKey"),
                                                          settings.secret("sessionToken"),
                                                          std::nullopt});
}

Encryption encryptionOf(const std::string& name) {
    if (name == "AES256") return Encryption::Managed;
    if (name == "aws:kms") return Encryption::Kms;
    if (name == "customer-key") return Encryption::Customer;
    return Encryption::Bucket;
}

ObjectOptions objectsOf(const Settings& settings) {
    ObjectOptions objects;
    objects.storage_class = settings.text("storageClass");
    objects.encryption = encryptionOf(settings.text("encryption"));
    objects.kms_key_id = settings.text("kmsKeyId");
    if (objects.encryption == Encryption::Customer) {
        objects.customer_key = sdk::SecretString(unbase64(settings.secret("customerKey").reveal()));
        if (objects.customer_key.reveal().size() != customer_key_bytes) {
            throw Error(ErrorKind::Settings,
                        "customerKey is not 32 bytes in base64",
                        "Make one with: openssl rand -base64 32");
        }
    }
    objects.lock_mode = settings.text("objectLockMode");
    if (objects.lock_mode == "NONE") objects.lock_mode.clear();
    objects.lock_days = settings.integer("objectLockDays", 0);
    objects.legal_hold = settings.flag("legalHold");
    if (!objects.lock_mode.empty() && objects.lock_days < 1) {
        throw Error(ErrorKind::Settings,
                    "objectLockMode needs objectLockDays",
                    "Say for how many days objects are locked");
    }
    return objects;
}

BucketSettings bucketAt(const std::string& endpoint, const std::string& region, const Settings& settings) {
    BucketSettings bucket;
    bucket.endpoint = endpointOf(endpoint);
    bucket.region = region;
    bucket.bucket = settings.text("bucket");
    bucket.prefix = prefixOf(settings.text("pathPrefix"));
    bucket.path_style = settings.flag("forcePathStyle") || !fitsHost(bucket);
    bucket.credentials = credentialsOf(settings);
    bucket.objects = objectsOf(settings);
    bucket.connection.connect_timeout = settings.seconds("connectTimeout", std::chrono::seconds(15));
    bucket.connection.stall_timeout = settings.seconds("stallTimeout", std::chrono::seconds(60));
    bucket.connection.ca_file = settings.text("tlsCa");
    bucket.connection.verify_certificate = settings.flag("verifyCertificate", true);
    bucket.part_bytes = static_cast<std::size_t>(settings.integer("partSizeMiB", 8)) << 20U;
    bucket.parallel_parts = static_cast<unsigned>(settings.integer("parallelParts", 4));
    bucket.attempts = static_cast<unsigned>(settings.integer("attempts", 6));
    bucket.compare_etag = settings.flag("compareEtag", true);
    bucket.delete_versions = settings.flag("deleteVersions", true);
    return bucket;
}

}  // namespace

BucketSettings genericBucket(const Settings& settings) {
    return bucketAt(settings.text("endpoint"), settings.text("region", "us-east-1"), settings);
}

BucketSettings awsBucket(const Settings& settings) {
    const std::string region = settings.text("region");
    const std::string domain = region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    const std::string endpoint =
        settings.has("endpoint") ? settings.text("endpoint") : "https://s3." + region + domain;
    return bucketAt(endpoint, region, settings);
}

BucketSettings r2Bucket(const Settings& settings) {
    const std::string jurisdiction = settings.text("jurisdiction", "default");
    const std::string place = jurisdiction == "default" ? "" : "." + jurisdiction;
    return bucketAt(
        "https://" + settings.text("accountId") + place + ".r2.cloudflarestorage.com", "auto", settings);
}

BucketSettings hetznerBucket(const Settings& settings) {
    const std::string region = settings.text("region", "fsn1");
    return bucketAt("https://" + region + ".your-objectstorage.com", region, settings);
}

}  // namespace dbackup::s3
