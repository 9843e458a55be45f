#include "tests/integration/s3/fixture.h"

#include "hash.h"
#include "xml_answer.h"

namespace dbackup::test {

namespace {

std::size_t countOf(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

}  // namespace

s3::BucketSettings gatewaySettings(const std::string& bucket) {
    const RadosgwServer& server = RadosgwServer::shared();
    s3::BucketSettings settings =
        s3::genericBucket(sdk::Settings(R"({"endpoint":")" + server.value("S3_ENDPOINT") + R"(","bucket":")" +
                                        bucket + R"(","accessKeyId":")" + server.value("S3_KEY") +
                                        R"(","secretAccessKey":")" + server.value("S3_SECRET") + "\"}"));
    settings.part_bytes = small_part;
    settings.first_delay = std::chrono::milliseconds(5);
    settings.connection.stall_timeout = std::chrono::seconds(20);
    return settings;
}

GatewayBucket::GatewayBucket(const std::map<std::string, std::string>& headers)
    : settings_(gatewaySettings("test-" + s3::randomMark().substr(0, 12))),
      bucket_(std::make_unique<s3::Bucket>(settings_)) {
    bucket_->ask({"PUT", "", "cannot make the test's bucket", {}, headers}, run);
}

s3::BucketSettings GatewayBucket::settingsVia(const std::string& endpoint) const {
    s3::BucketSettings settings = settings_;
    settings.endpoint = s3::endpointOf(endpoint);
    return settings;
}

curl::Response GatewayBucket::ask(const s3::Call& call) {
    return bucket_->ask(call, run);
}

std::size_t GatewayBucket::unfinished() {
    return s3::openUploadsOf(ask({"GET", "", "cannot list uploads", {{"uploads", ""}}}).body).size();
}

std::size_t GatewayBucket::versions() {
    const std::string body = ask({"GET", "", "cannot list versions", {{"versions", ""}}}).body;
    return countOf(body, "<Version>") + countOf(body, "<DeleteMarker>");
}

}  // namespace dbackup::test
