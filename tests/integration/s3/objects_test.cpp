// S3Target on a real server: what is promised of objects.
#include <chrono>
#include <thread>

#include <dbackup/sdk/subprocess.h>

#include "hash.h"
#include "leftover.h"
#include "tests/integration/s3/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using s3::S3Target;
using sdk::ErrorKind;
using sdk::IfExists;

TEST_CASE(
    "S3Target: an object of several parts comes back, also in ranges, and the server vouches for small ones",
    "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    const std::string bytes = test::bytesOf(3 * small_part + 77);
    const sdk::ObjectInfo info = putObject(*target, "job/large", bytes, bucket.run);
    CHECK(info.size_bytes == bytes.size());
    CHECK(std::chrono::system_clock::now() - info.modified < std::chrono::minutes(5));
    CHECK(getObject(*target, "job/large", bucket.run) == bytes);
    CHECK(getObject(*target, "job/large", bucket.run, {small_part - 3, 10}) ==
          bytes.substr(small_part - 3, 10));
    CHECK(target->stat("job/large", bucket.run)->checksum.empty());
    putObject(*target, "job/small", "hello", bucket.run);
    CHECK(target->stat("job/small", bucket.run)->checksum == "md5:" + s3::hex(s3::md5(s3::bytesOf("hello"))));
    CHECK(bucket.unfinished() == 0);
    CHECK(bucket.run.leftovers().empty());
}

TEST_CASE("S3Target: of two large uploads under one name the second to end is refused", "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    const std::string bytes = test::bytesOf(small_part + 1);
    const auto first = target->create({"x", std::nullopt, IfExists::Fail}, bucket.run);
    const auto second = target->create({"x", std::nullopt, IfExists::Fail}, bucket.run);
    first->write(std::as_bytes(std::span(bytes)));
    second->write(std::as_bytes(std::span(bytes)));
    first->commit();
    CHECK(errorFrom([&] { second->commit(); }).kind() == ErrorKind::AlreadyExists);
    CHECK(getObject(*target, "x", bucket.run) == bytes);
    CHECK(bucket.unfinished() == 0);
    CHECK(bucket.run.leftovers().empty());
}

TEST_CASE("S3Target: what a killed upload left is removed by its tokens, and no other upload", "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    const std::string bytes = test::bytesOf(small_part + 1);
    const auto other = target->create({"job/x2", std::nullopt, IfExists::Fail}, bucket.run);
    other->write(std::as_bytes(std::span(bytes)));
    RecordingRun killed;
    const auto writer = target->create({"job/x", std::nullopt, IfExists::Fail}, killed);
    writer->write(std::as_bytes(std::span(bytes)));
    REQUIRE(killed.leftovers().size() == 1);
    CHECK(bucket.unfinished() == 2);
    target->cleanup(killed.leftovers().front(), bucket.run);
    target->cleanup(killed.leftovers().front(), bucket.run);
    CHECK(bucket.unfinished() == 1);
    CHECK(errorFrom([&] { writer->commit(); }).kind() == ErrorKind::NotFound);
    other->commit();
    CHECK(target->stat("job/x2", bucket.run));
    CHECK_FALSE(target->stat("job/x", bucket.run));
}

TEST_CASE("S3Target: an upload whose id was not yet known is found by its key", "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    const s3::Call begin{"POST", "job/x", "cannot begin", {{"uploads", ""}}};
    bucket.ask(begin);
    bucket.ask({"POST", "job/x2", "cannot begin", {{"uploads", ""}}});
    const auto now = std::chrono::system_clock::now();
    const std::string name = bucket.settings().bucket;
    target->cleanup(s3::Leftover{now + std::chrono::hours(1), "", "", name, "job/x"}.token(), bucket.run);
    CHECK(bucket.unfinished() == 2);  // it was begun before that
    target->cleanup(s3::Leftover{now, "", "", name, "job/x"}.token(), bucket.run);
    CHECK(bucket.unfinished() == 1);
    const auto elsewhere = errorFrom([&] {
        target->cleanup(s3::Leftover{now, "", "", "other", "x"}.token(), bucket.run);
    });
    CHECK(elsewhere.kind() == ErrorKind::Settings);
}

TEST_CASE("S3Target: an object that was written but never counted is removed by its token; another's is not",
          "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    const auto writer = target->create({"x", std::nullopt, IfExists::Fail}, bucket.run);
    writer->write(std::as_bytes(std::span("hello", 5)));
    writer->commit();
    const std::string mark = bucket.ask({"HEAD", "x", "cannot look"}).header("x-amz-meta-dbackup-upload");
    REQUIRE(mark.size() == 32);
    const auto now = std::chrono::system_clock::now();
    target->cleanup(s3::Leftover{now, "another", "", bucket.settings().bucket, "x"}.token(), bucket.run);
    CHECK(target->stat("x", bucket.run));
    target->cleanup(s3::Leftover{now, mark, "", bucket.settings().bucket, "x"}.token(), bucket.run);
    CHECK_FALSE(target->stat("x", bucket.run));
}

TEST_CASE("S3Target: many objects are removed in few requests, odd names and missing ones among them",
          "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    std::vector<std::string> names{"a b&<c>\"'", "\xC3\xBC+%25", "missing"};
    for (int i = 0; i < 1005; ++i)
        names.push_back("missing/" + std::to_string(i));
    for (std::size_t i = 0; i < 2; ++i)
        putObject(*target, names[i], "x", bucket.run);
    for (int i = 1000; i < 1005; ++i)
        putObject(*target, "missing/" + std::to_string(i), "x", bucket.run);
    putObject(*target, "kept", "x", bucket.run);
    auto* const batch = static_cast<sdk::BatchRemove*>(target->extension(sdk::BatchRemove::id));
    REQUIRE(batch != nullptr);
    batch->removeAll(names, bucket.run);
    batch->removeAll(names, bucket.run);
    CHECK(listObjects(*target, "", bucket.run) == std::vector<std::string>{"kept"});
    CHECK(target->extension("no such extension") == nullptr);
}

TEST_CASE("S3Target: an address that is handed out reads the object without credentials, for its time",
          "[s3]") {
    GatewayBucket bucket;
    s3::BucketSettings settings = bucket.settings();
    settings.prefix = "a folder/\xC3\xBC/";
    S3Target target(settings);
    putObject(target, "b c+%&.txt", "hello", bucket.run);
    auto* const presign = static_cast<sdk::Presign*>(target.extension(sdk::Presign::id));
    REQUIRE(presign != nullptr);
    const auto read = [&](std::chrono::seconds valid) {
        sdk::Command curl("/usr/bin/curl");
        curl.args({"-s", "-w", " %{http_code}", presign->presign("b c+%&.txt", valid, bucket.run)});
        return sdk::runTool(curl, bucket.run, std::chrono::seconds(60));
    };
    CHECK(read(std::chrono::minutes(5)) == "hello 200");
    CHECK(errorFrom([&] { read(std::chrono::seconds(0)); }).kind() == ErrorKind::Settings);
    CHECK(errorFrom([&] { read(std::chrono::hours(24 * 7 + 1)); }).kind() == ErrorKind::Settings);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const std::string short_lived = presign->presign("b c+%&.txt", std::chrono::seconds(1), bucket.run);
    std::string status;
    while (status != "403" && std::chrono::steady_clock::now() < end) {
        sdk::Command curl("/usr/bin/curl");
        curl.args({"-s", "-o", "/dev/null", "-w", "%{http_code}", short_lived});
        status = sdk::runTool(curl, bucket.run, std::chrono::seconds(60));
    }
    CHECK(status == "403");
}

TEST_CASE("S3Target: a stop ends an upload of many parts at once and leaves nothing", "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    const std::string bytes = test::bytesOf(2 * small_part);
    auto writer = target->create({"x", std::nullopt, IfExists::Fail}, bucket.run);
    writer->write(std::as_bytes(std::span(bytes)));
    writer->write(std::as_bytes(std::span(bytes)));
    bucket.run.requestStop();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(errorFrom([&] { writer->write(std::as_bytes(std::span(bytes))); }).kind() == ErrorKind::Cancelled);
    CHECK(errorFrom([&] { writer->commit(); }).kind() == ErrorKind::Cancelled);
    writer.reset();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
    CHECK(bucket.run.leftovers().empty());
    RecordingRun run;
    CHECK_FALSE(target->stat("x", run));
}

TEST_CASE("S3Target: names that no object can have are refused", "[s3]") {
    GatewayBucket bucket;
    const auto target = bucket.target();
    for (const std::string& name :
         {std::string(), std::string("a/"), std::string("a\nb"), std::string(1025, 'x')}) {
        CHECK(errorFrom([&] {
                  target->create({name, std::nullopt, IfExists::Fail}, bucket.run);
              }).kind() == ErrorKind::Settings);
    }
    CHECK(target->limits().max_name_bytes == 1024);
    CHECK(target->limits().max_object_bytes == 10000 * small_part);
}
