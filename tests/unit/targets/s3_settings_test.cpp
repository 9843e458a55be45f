#include <catch2/catch.hpp>

#include "bucket.h"
#include "bucket_settings.h"
#include "tests/support/objects.h"
#include "tests/support/recording_run.h"

using namespace dbackup;
using namespace dbackup::s3;
using Catch::Matchers::StartsWith;
using sdk::ErrorKind;
using sdk::Settings;
using test::errorFrom;

namespace {

const std::string keys = R"(,"accessKeyId":"key","secretAccessKey":"secret"})";

std::string addressIn(const BucketSettings& settings, const std::string& name = "a b") {
    test::RecordingRun run;
    Bucket bucket(settings);
    const std::string url = bucket.presignedUrl(bucket.keyOf(name), std::chrono::seconds(60), run);
    return url.substr(0, url.find('?'));
}

}  // namespace

TEST_CASE("genericBucket: the bucket is in the host's name or in the path", "[s3]") {
    const auto address = [](const std::string& endpoint, const std::string& bucket, const std::string& more) {
        return addressIn(genericBucket(
            Settings(R"({"endpoint":")" + endpoint + R"(","bucket":")" + bucket + "\"" + more + keys)));
    };
    CHECK(address("https://s3.example.com", "backups", "") == "https://backups.s3.example.com/a%20b");
    CHECK(address("s3.example.com", "backups", "") == "https://backups.s3.example.com/a%20b");
    CHECK(address("https://s3.example.com/", "backups", R"(,"forcePathStyle":true)") ==
          "https://s3.example.com/backups/a%20b");
    CHECK(address("https://s3.example.com:443/base", "with.dot", "") ==
          "https://s3.example.com/base/with.dot/a%20b");
    CHECK(address("http://s3.example.com:8080", "with.dot", "") ==
          "http://with.dot.s3.example.com:8080/a%20b");
    CHECK(address("http://10.0.0.1:9000", "backups", "") == "http://10.0.0.1:9000/backups/a%20b");
    CHECK(address("http://[::1]:9000", "backups", "") == "http://[::1]:9000/backups/a%20b");
    CHECK(address("http://localhost", "backups", "") == "http://localhost/backups/a%20b");
    CHECK(address("https://s3.example.com", "backups", R"(,"pathPrefix":"/x//y/")") ==
          "https://backups.s3.example.com/x/y/a%20b");
}

TEST_CASE("genericBucket: what is no address is refused", "[s3]") {
    for (const char* endpoint :
         {"", "ftp://x", "https://", "https://user@host", "https://host:port", "https://[::1"}) {
        INFO(endpoint);
        CHECK(errorFrom([&] {
                  genericBucket(
                      Settings(R"({"endpoint":")" + std::string(endpoint) + R"(","bucket":"abc")" + keys));
              }).kind() == ErrorKind::Settings);
    }
}

TEST_CASE("awsBucket, r2Bucket, hetznerBucket: their servers' addresses", "[s3]") {
    CHECK(addressIn(awsBucket(Settings(R"({"region":"eu-central-1","bucket":"abc")" + keys))) ==
          "https://abc.s3.eu-central-1.amazonaws.com/a%20b");
    CHECK(addressIn(awsBucket(Settings(R"({"region":"cn-north-1","bucket":"abc")" + keys))) ==
          "https://abc.s3.cn-north-1.amazonaws.com.cn/a%20b");
    CHECK(addressIn(awsBucket(Settings(
              R"({"region":"us-east-1","bucket":"abc","endpoint":"https://vpce.example")" + keys))) ==
          "https://abc.vpce.example/a%20b");
    const BucketSettings r2 = r2Bucket(Settings(R"({"accountId":"f00","bucket":"abc")" + keys));
    CHECK(r2.region == "auto");
    CHECK(addressIn(r2) == "https://abc.f00.r2.cloudflarestorage.com/a%20b");
    CHECK(addressIn(r2Bucket(Settings(R"({"accountId":"f00","bucket":"abc","jurisdiction":"eu")" + keys))) ==
          "https://abc.f00.eu.r2.cloudflarestorage.com/a%20b");
    const BucketSettings hetzner =
        hetznerBucket(Settings(R"({"region":"nbg1","bucket":"abc","pathPrefix":"p")" + keys));
    CHECK(hetzner.region == "nbg1");
    CHECK(addressIn(hetzner) == "https://abc.nbg1.your-objectstorage.com/p/a%20b");
}

TEST_CASE("genericBucket: keys are asked for, the lock needs its days, a customer's key its length", "[s3]") {
    const std::string begin = R"({"endpoint":"https://x","bucket":"abc")";
    const auto kindOf = [&](const std::string& rest) {
        return errorFrom([&] { genericBucket(Settings(begin + rest)); }).kind();
    };
    CHECK(kindOf("}") == ErrorKind::Settings);
    CHECK(kindOf(R"(,"accessKeyId":"x"})") == ErrorKind::Settings);
    CHECK(kindOf(R"(,"credentials":"chain"})") == ErrorKind::None);
    CHECK(kindOf(R"(,"objectLockMode":"GOVERNANCE")" + keys) == ErrorKind::Settings);
    CHECK(kindOf(R"(,"encryption":"customer-key","customerKey":"c2hvcnQ=")" + keys) == ErrorKind::Settings);
}

TEST_CASE("Bucket: headers of new objects are those of the settings", "[s3]") {
    const Bucket bucket(genericBucket(Settings(
        R"({"endpoint":"https://x","bucket":"abc","storageClass":"STANDARD_IA","encryption":"aws:kms","kmsKeyId":"k1",
            "objectLockMode":"COMPLIANCE","objectLockDays":7,"legalHold":true)" +
        keys)));
    auto headers = bucket.newObjectHeaders();
    CHECK(headers["x-amz-storage-class"] == "STANDARD_IA");
    CHECK(headers["x-amz-server-side-encryption"] == "aws:kms");
    CHECK(headers["x-amz-server-side-encryption-aws-kms-key-id"] == "k1");
    CHECK(headers["x-amz-object-lock-mode"] == "COMPLIANCE");
    CHECK(headers["x-amz-object-lock-legal-hold"] == "ON");
    CHECK_THAT(headers["x-amz-object-lock-retain-until-date"], StartsWith("20"));
    CHECK(bucket.customerKeyHeaders().empty());
}
