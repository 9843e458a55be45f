#include "s3_target.h"

#include <charconv>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/probe.h>

#include "hash.h"
#include "object_reader.h"
#include "object_removal.h"
#include "object_writer.h"
#include "xml_answer.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::size_t longest_key = 1024;
constexpr std::uint64_t most_parts = 10000;
constexpr auto longest_presigned = std::chrono::hours(24 * 7);

/// Keys that a folder or a control character would make ambiguous, and such that no server takes.
void requireName(const Bucket& bucket, const std::string& name) {
    const bool has_control = name.find_first_of(std::string("\0\n\r", 3)) != std::string::npos;
    if (name.empty() || name.ends_with('/') || has_control) {
        throw Error(ErrorKind::Settings, "\"" + name + "\" is no name that an object can have");
    }
    if (bucket.keyOf(name).size() > longest_key) {
        throw Error(ErrorKind::Settings,
                    bucket.keyOf(name) + " is longer than the " + std::to_string(longest_key) +
                        " bytes that a key can have");
    }
}

/// What the server itself says of the content; empty when it says nothing of use.
std::string checksumOf(const Bucket& bucket, const curl::Response& head) {
    const std::string sha256 =
        unbase64(head.header("x-amz-checksum-sha256"));  // of parts it has "-n" at its end
    if (sha256.size() == 32) return "sha256:" + hex(sha256);
    const std::string etag = etagOf(head);
    const Encryption encryption = bucket.settings().objects.encryption;
    const bool is_md5 = etag.size() == 32 && bucket.settings().compare_etag &&
                        encryption != Encryption::Kms && encryption != Encryption::Customer &&
                        !head.header("x-amz-server-side-encryption").starts_with("aws:");
    return is_md5 ? "md5:" + etag : "";
}

sdk::ObjectInfo infoOf(const Bucket& bucket, const std::string& name, const curl::Response& head) {
    sdk::ObjectInfo info{name, 0, timeOf(head.header("last-modified")), checksumOf(bucket, head)};
    const std::string size = head.header("content-length");
    std::from_chars(size.data(), size.data() + size.size(), info.size_bytes);
    return info;
}

/// The same bucket, but objects can be removed at once.
BucketSettings withoutLocks(BucketSettings settings) {
    settings.objects.lock_mode.clear();
    settings.objects.legal_hold = false;
    return settings;
}

}  // namespace

S3Target::S3Target(BucketSettings settings)
    : bucket_(std::move(settings)),
      slots_(bucket_.settings().parallel_parts, bucket_.settings().part_bytes) {}

sdk::TargetLimits S3Target::limits() const {
    sdk::TargetLimits limits;
    limits.max_object_bytes = most_parts * slots_.partBytes();
    limits.max_name_bytes = longest_key - bucket_.settings().prefix.size();
    return limits;
}

std::string S3Target::test(sdk::RunContext& run) {
    S3Target probed(withoutLocks(bucket_.settings()));
    sdk::probe(probed, run);
    return "An object was written, read and removed in " + bucket_.place(bucket_.settings().prefix);
}

std::unique_ptr<sdk::ObjectWriter> S3Target::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    requireName(bucket_, spec.name);
    return std::make_unique<ObjectWriter>(bucket_, slots_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> S3Target::open(const std::string& name,
                                                  sdk::ByteRange range,
                                                  sdk::RunContext& run) {
    requireName(bucket_, name);
    return std::make_unique<ObjectReader>(bucket_, bucket_.keyOf(name), range, run);
}

std::optional<sdk::ObjectInfo> S3Target::stat(const std::string& name, sdk::RunContext& run) {
    requireName(bucket_, name);
    const std::string key = bucket_.keyOf(name);
    Call call{"HEAD", key, "cannot look at " + bucket_.place(key), {}, bucket_.customerKeyHeaders()};
    if (bucket_.settings().objects.encryption != Encryption::Kms)
        call.headers["x-amz-checksum-mode"] = "ENABLED";
    const curl::Response head = bucket_.ask(call, run, true);
    if (head.status != 404) {
        bucket_was_seen_ = true;
        return infoOf(bucket_, name, head);
    }
    if (!bucket_was_seen_) requireBucket(run);
    return std::nullopt;
}

/// The answer to a HEAD has no body: it does not tell a missing bucket from a missing object.
void S3Target::requireBucket(sdk::RunContext& run) {
    bucket_.ask({"GET",
                 "",
                 "cannot look into " + bucket_.settings().bucket,
                 {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", bucket_.settings().prefix}}},
                run);
    bucket_was_seen_ = true;
}

void S3Target::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    const std::string& base = bucket_.settings().prefix;
    Call call{"GET",
              "",
              "cannot list " + bucket_.place(base + prefix),
              {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", base + prefix}}};
    while (true) {
        run.throwIfStopped();
        const ObjectPage page = objectPageOf(bucket_.ask(call, run).body);
        for (const ListedObject& object : page.objects) {
            const bool is_folder = object.key.ends_with('/');  // consoles make such
            if (is_folder || !object.key.starts_with(base)) continue;
            if (!callback({object.key.substr(base.size()), object.size_bytes, object.modified, {}})) return;
        }
        if (page.next.empty()) return;
        call.query["continuation-token"] = page.next;
    }
}

bool S3Target::remove(const std::string& name, sdk::RunContext& run) {
    requireName(bucket_, name);
    return removeObject(bucket_, bucket_.keyOf(name), run);
}

void S3Target::cleanup(const std::string& token, sdk::RunContext& run) {
    const Leftover leftover = Leftover::from(token);
    const bool is_here =
        leftover.bucket == bucket_.settings().bucket && leftover.key.starts_with(bucket_.settings().prefix);
    if (!is_here) {
        throw Error(ErrorKind::Settings,
                    "the leftover " + leftover.bucket + "/" + leftover.key + " is not in " +
                        bucket_.place(bucket_.settings().prefix));
    }
    removeLeftover(bucket_, leftover, {}, run);
}

void* S3Target::extension(std::string_view id) noexcept {
    if (id == sdk::BatchRemove::id) return static_cast<sdk::BatchRemove*>(this);
    if (id == sdk::Presign::id) return static_cast<sdk::Presign*>(this);
    return nullptr;
}

void S3Target::removeAll(std::span<const std::string> names, sdk::RunContext& run) {
    std::vector<std::string> keys;
    for (const std::string& name : names) {
        requireName(bucket_, name);
        keys.push_back(bucket_.keyOf(name));
    }
    removeObjects(bucket_, keys, run);
}

std::string S3Target::presign(const std::string& name, std::chrono::seconds valid, sdk::RunContext& run) {
    requireName(bucket_, name);
    if (valid.count() < 1 || valid > longest_presigned) {
        throw Error(ErrorKind::Settings, "an address can be valid from one second to seven days");
    }
    if (bucket_.settings().objects.encryption == Encryption::Customer) {
        throw Error(
            ErrorKind::Unsupported,
            "objects that are encrypted with a key of the customer's cannot be read by an address alone");
    }
    return bucket_.presignedUrl(bucket_.keyOf(name), valid, run);
}

}  // namespace dbackup::s3
