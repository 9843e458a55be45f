// S3Target: what it says when it is not let in, by a real server and by one that says what no real one here
// can.
#include <chrono>
#include <thread>

#include "tests/integration/s3/fault_proxy.h"
#include "tests/integration/s3/fixture.h"
#include "tests/support/loopback.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using s3::S3Target;
using sdk::ErrorKind;
using sdk::SecretString;

namespace {

sdk::Error testOf(const s3::BucketSettings& settings) {
    RecordingRun run;
    return errorFrom([&] { S3Target(settings).test(run); });
}

s3::BucketSettings withKeys(s3::BucketSettings settings, const std::string& key, const std::string& secret) {
    settings.credentials = std::make_shared<s3::FixedCredentials>(
        s3::Credentials{key, SecretString(secret), SecretString(), std::nullopt});
    return settings;
}

}  // namespace

TEST_CASE("S3Target: wrong keys, no bucket, nobody there are told as such, without a secret", "[s3]") {
    GatewayBucket bucket;
    const std::string key = RadosgwServer::shared().value("S3_KEY");
    const sdk::Error secret = testOf(withKeys(bucket.settings(), key, "a wrong secret"));
    CHECK(secret.kind() == ErrorKind::Authentication);
    CHECK_THAT(secret.text(), Contains("SignatureDoesNotMatch") && !Contains("a wrong secret"));
    CHECK(testOf(withKeys(bucket.settings(), "NOSUCHKEY", "x")).kind() == ErrorKind::Authentication);
    const sdk::Error missing = testOf(gatewaySettings("no-such-bucket-here"));
    CHECK(missing.kind() == ErrorKind::NotFound);
    CHECK_THAT(missing.text(), Contains("no-such-bucket-here") && Contains("Make the bucket"));
    RecordingRun run;
    S3Target no_bucket(gatewaySettings("no-such-bucket-here"));
    CHECK(errorFrom([&] { no_bucket.stat("x", run); }).kind() == ErrorKind::NotFound);
    CHECK(errorFrom([&] { listObjects(no_bucket, "", run); }).kind() == ErrorKind::NotFound);
    s3::BucketSettings nobody = bucket.settingsVia("http://127.0.0.1:1");
    nobody.attempts = 2;
    CHECK_THAT(testOf(nobody).text(), Contains("connect"));
    CHECK(testOf(nobody).kind() == ErrorKind::Unavailable);
    nobody.endpoint = s3::endpointOf("http://no-such-host.invalid");
    CHECK(testOf(nobody).kind() == ErrorKind::Unavailable);
}

TEST_CASE("S3Target: another account's bucket is forbidden, and a full quota is told as such", "[s3]") {
    GatewayBucket bucket;
    const RadosgwServer& server = RadosgwServer::shared();
    const auto poor = [&](s3::BucketSettings settings) {
        return withKeys(std::move(settings), server.value("S3_POOR_KEY"), server.value("S3_POOR_SECRET"));
    };
    CHECK(testOf(poor(bucket.settings())).kind() == ErrorKind::Permission);
    RecordingRun run;
    const s3::BucketSettings own = poor(gatewaySettings("poor-" + bucket.settings().bucket));
    s3::Bucket(own).ask({"PUT", "", "cannot make a bucket"}, run);
    S3Target target(own);
    const std::string bytes = test::bytesOf(small_part + 1);
    CHECK(errorFrom([&] { putObject(target, "large", bytes, run); }).kind() == ErrorKind::NoSpace);
    CHECK(errorFrom([&] { putObject(target, "small", bytes.substr(0, 2U << 20), run); }).kind() ==
          ErrorKind::NoSpace);
    CHECK(listObjects(target, "", run).empty());
    CHECK(run.leftovers().empty());
}

TEST_CASE("S3Target: over TLS, its certificate checked against the given authority", "[s3]") {
    GatewayBucket bucket;
    const TempDir folder;
    const std::string certificate = (folder / "server.pem").string();
    makeCertificate(certificate + ".key", certificate, "IP:127.0.0.1");
    const FaultProxy proxy(
        RadosgwServer::shared().port(), [](const SeenRequest&) { return Fault::None; }, certificate);
    s3::BucketSettings settings = bucket.settingsVia(proxy.endpoint());
    settings.attempts = 1;
    const sdk::Error unknown = testOf(settings);
    CHECK(unknown.kind() == ErrorKind::Authentication);
    CHECK_THAT(unknown.text(), Contains("certificate"));
    settings.connection.ca_file = certificate;
    S3Target target(settings);
    const std::string bytes = test::bytesOf(small_part + 1);
    putObject(target, "large", bytes, bucket.run);
    CHECK(getObject(target, "large", bucket.run) == bytes);
    CHECK(target.remove("large", bucket.run));
    settings.connection.ca_file.clear();
    settings.connection.verify_certificate = false;
    RecordingRun run;
    S3Target trusting(settings);
    trusting.test(run);
    CHECK_THAT(run.messages().front(), Contains("not checked"));
}

TEST_CASE("S3Target: a server that says nothing is given up, and at once when told to stop", "[s3]") {
    GatewayBucket bucket;
    const FaultProxy proxy(RadosgwServer::shared().port(), [](const SeenRequest&) { return Fault::Swallow; });
    s3::BucketSettings settings = bucket.settingsVia(proxy.endpoint());
    settings.connection.stall_timeout = std::chrono::seconds(1);
    settings.attempts = 1;
    const sdk::Error silent = testOf(settings);
    CHECK(silent.kind() == ErrorKind::Unavailable);
    settings.connection.stall_timeout = std::chrono::seconds(60);
    RecordingRun run;
    std::jthread stopper([&] {
        while (proxy.requests() < 2)
            std::this_thread::yield();
        run.requestStop();
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(errorFrom([&] { S3Target(settings).test(run); }).kind() == ErrorKind::Cancelled);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}
