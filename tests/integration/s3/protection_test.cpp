// S3Target on a real server: encryption, locks, versions.
#include "hash.h"
#include "tests/integration/s3/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using s3::Encryption;
using s3::S3Target;
using sdk::ErrorKind;

namespace {

const std::map<std::string, std::string> with_lock{{"x-amz-bucket-object-lock-enabled", "true"}};

void enableVersions(GatewayBucket& bucket) {
    const std::string body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    bucket.ask({"PUT", "", "cannot enable versions", {{"versioning", ""}}, {}, s3::bytesOf(body)});
}

}  // namespace

TEST_CASE("S3Target: with a key of the customer's nobody else reads, in one part and in several", "[s3]") {
    GatewayBucket bucket;
    s3::BucketSettings settings = bucket.settings();
    settings.objects.encryption = Encryption::Customer;
    settings.objects.customer_key = sdk::SecretString(std::string(32, 'k'));
    S3Target target(settings);
    const std::string bytes = test::bytesOf(small_part + 1);
    putObject(target, "large", bytes, bucket.run);
    putObject(target, "small", "hello", bucket.run);
    CHECK(getObject(target, "large", bucket.run, {small_part - 1, 2}) == bytes.substr(small_part - 1));
    CHECK(getObject(target, "small", bucket.run) == "hello");
    CHECK(target.stat("small", bucket.run)->checksum.empty());
    CHECK(errorFrom([&] { getObject(*bucket.target(), "small", bucket.run); }).kind() != ErrorKind::None);
    settings.objects.customer_key = sdk::SecretString(std::string(32, 'x'));
    S3Target wrong(settings);
    const sdk::Error error = errorFrom([&] { getObject(wrong, "large", bucket.run); });
    CHECK(error.kind() != ErrorKind::None);
    CHECK_THAT(error.text(), !Contains(s3::base64(std::string(32, 'x'))));
    CHECK(errorFrom([&] { target.presign("small", std::chrono::seconds(60), bucket.run); }).kind() ==
          ErrorKind::Unsupported);
    CHECK(target.remove("small", bucket.run));
}

TEST_CASE("S3Target: with a key of the server's key service, and with one that is not there", "[s3]") {
    GatewayBucket bucket;
    s3::BucketSettings settings = bucket.settings();
    settings.objects.encryption = Encryption::Kms;
    settings.objects.kms_key_id = RadosgwServer::shared().value("S3_KMS_KEY");
    S3Target target(settings);
    const std::string bytes = test::bytesOf(small_part + 1);
    putObject(target, "large", bytes, bucket.run);
    CHECK(getObject(target, "large", bucket.run) == bytes);
    CHECK(bucket.ask({"HEAD", "large", "cannot look"}).header("x-amz-server-side-encryption") == "aws:kms");
    settings.objects.kms_key_id = "no-such-key";
    S3Target wrong(settings);
    CHECK(errorFrom([&] { putObject(wrong, "x", "x", bucket.run); }).kind() != ErrorKind::None);
}

TEST_CASE("S3Target: a locked object is not removed, and the error says until when", "[s3]") {
    GatewayBucket bucket(with_lock);
    s3::BucketSettings settings = bucket.settings();
    settings.objects.lock_mode = "GOVERNANCE";
    settings.objects.lock_days = 1;
    S3Target target(settings);
    putObject(target, "x", "hello", bucket.run);
    putObject(target, "large", test::bytesOf(small_part + 1), bucket.run);
    for (const char* name : {"x", "large"}) {
        const sdk::Error error = errorFrom([&] { target.remove(name, bucket.run); });
        CHECK(error.kind() == ErrorKind::Permission);
        CHECK_THAT(error.what(), Contains("locked until 20") && Contains("GOVERNANCE"));
    }
    const std::vector<std::string> names{"x", "large"};
    CHECK_THAT(errorFrom([&] { target.removeAll(names, bucket.run); }).what(), Contains("locked until 20"));
    CHECK(getObject(target, "x", bucket.run) == "hello");
}

TEST_CASE("S3Target: the probe of a test is not locked, and no version of it stays", "[s3]") {
    GatewayBucket bucket(with_lock);
    s3::BucketSettings settings = bucket.settings();
    settings.objects.lock_mode = "COMPLIANCE";
    settings.objects.lock_days = 1;
    CHECK_THAT(S3Target(settings).test(bucket.run), Contains("written, read and removed"));
    CHECK(bucket.versions() == 0);
}

TEST_CASE("S3Target: an object under a legal hold is not removed", "[s3]") {
    GatewayBucket bucket(with_lock);
    s3::BucketSettings settings = bucket.settings();
    settings.objects.legal_hold = true;
    S3Target target(settings);
    putObject(target, "x", "hello", bucket.run);
    CHECK_THAT(errorFrom([&] { target.remove("x", bucket.run); }).what(), Contains("legal hold"));
    CHECK(target.stat("x", bucket.run));
}

TEST_CASE("S3Target: in a versioned bucket all versions go, or a marker is left", "[s3]") {
    GatewayBucket bucket;
    enableVersions(bucket);
    const auto target = bucket.target();
    putObject(*target, "x", "first", bucket.run);
    putObject(*target, "x", "second", bucket.run, sdk::IfExists::Replace);
    CHECK(bucket.versions() == 2);
    CHECK(target->remove("x", bucket.run));
    CHECK_FALSE(target->stat("x", bucket.run));
    CHECK(bucket.versions() == 0);
    CHECK_FALSE(target->remove("x", bucket.run));
    putObject(*target, "y", "1", bucket.run);
    putObject(*target, "z", "1", bucket.run);
    const std::vector<std::string> names{"x", "y", "z"};
    target->removeAll(names, bucket.run);
    CHECK(bucket.versions() == 0);
    s3::BucketSettings settings = bucket.settings();
    settings.delete_versions = false;
    S3Target marking(settings);
    putObject(marking, "x", "kept below", bucket.run);
    CHECK(marking.remove("x", bucket.run));
    CHECK_FALSE(marking.stat("x", bucket.run));
    CHECK(bucket.versions() == 2);
}
