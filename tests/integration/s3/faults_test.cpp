// S3Target behind a proxy that does what goes wrong between here and a server. The server is real.
#include <cstdlib>
#include <random>

#include "tests/integration/s3/fault_proxy.h"
#include "tests/integration/s3/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using s3::S3Target;
using sdk::ErrorKind;
using sdk::IfExists;

namespace {

/// A bucket, and a proxy before it.
struct FaultyBucket : GatewayBucket {
    explicit FaultyBucket(FaultProxy::Choose choose)
        : proxy(RadosgwServer::shared().port(), std::move(choose)) {
        proxied = settingsVia(proxy.endpoint());
        proxied.attempts = 4;
        faulty = std::make_unique<S3Target>(proxied);
    }
    FaultProxy proxy;
    s3::BucketSettings proxied;
    std::unique_ptr<S3Target> faulty;
};

/// A fault for the first so many requests of a kind.
FaultProxy::Choose first(int count, const std::string& method, const std::string& part, Fault fault) {
    return [=, left = count](const SeenRequest& request) mutable {
        if (!request.is(method, part) || left == 0) return Fault::None;
        --left;
        return fault;
    };
}

const std::string large = test::bytesOf(2 * small_part + 7);

void requireWhole(FaultyBucket& bucket, const std::string& name, const std::string& bytes) {
    CHECK(getObject(*bucket.target(), name, bucket.run) == bytes);
    CHECK(bucket.unfinished() == 0);
    CHECK(bucket.run.leftovers().empty());
}

int integerFrom(const char* variable, int fallback) {
    const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
    return text == nullptr ? fallback : std::stoi(text);
}

}  // namespace

TEST_CASE("S3Target: a part that is lost is sent again, and only that part", "[s3][faults]") {
    for (const Fault fault : {Fault::SlowDown, Fault::Reset, Fault::LoseAnswer, Fault::Corrupt}) {
        INFO(static_cast<int>(fault));
        int parts = 0;
        FaultyBucket bucket([&, left = 2](const SeenRequest& request) mutable {
            if (!request.is("PUT", "partNumber=")) return Fault::None;
            ++parts;
            return request.is("PUT", "partNumber=2") && left-- > 0 ? fault : Fault::None;
        });
        putObject(*bucket.faulty, "x", large, bucket.run);
        requireWhole(bucket, "x", large);
        CHECK(parts == 3 + 2);
        CHECK_THAT(bucket.run.messages().front(), Contains("part 2 of"));
    }
}

TEST_CASE("S3Target: an object whose answer was lost counts, and is not taken for another's",
          "[s3][faults]") {
    FaultyBucket small(first(1, "PUT", "/x", Fault::LoseAnswer));
    putObject(*small.faulty, "x", "hello", small.run);
    requireWhole(small, "x", "hello");
    FaultyBucket empty(first(1, "PUT", "/x", Fault::LoseAnswer));
    putObject(*empty.faulty, "x", "", empty.run);
    requireWhole(empty, "x", "");
    FaultyBucket completed(first(1, "POST", "uploadId=", Fault::LoseAnswer));
    putObject(*completed.faulty, "x", large, completed.run);
    requireWhole(completed, "x", large);
    FaultyBucket replaced(first(1, "PUT", "/x", Fault::LoseAnswer));
    putObject(*replaced.target(), "x", "old", replaced.run);
    putObject(*replaced.faulty, "x", "new", replaced.run, IfExists::Replace);
    requireWhole(replaced, "x", "new");
}

TEST_CASE("S3Target: an upload whose beginning was lost on the way back does not stay", "[s3][faults]") {
    FaultyBucket bucket(first(2, "POST", "uploads=", Fault::LoseAnswer));
    putObject(*bucket.faulty, "x", large, bucket.run);
    requireWhole(bucket, "x", large);
}

TEST_CASE("S3Target: an error inside of an answer of status 200 is an error", "[s3][faults]") {
    FaultyBucket once(first(1, "POST", "uploadId=", Fault::ErrorInside));
    putObject(*once.faulty, "x", large, once.run);
    requireWhole(once, "x", large);
    FaultyBucket always(first(1000, "POST", "uploadId=", Fault::ErrorInside));
    const sdk::Error error = errorFrom([&] { putObject(*always.faulty, "x", large, always.run); });
    CHECK(error.kind() == ErrorKind::Unavailable);
    CHECK_THAT(error.what(), Contains("InternalError"));
    CHECK_FALSE(always.target()->stat("x", always.run));
    CHECK(always.unfinished() == 0);
}

TEST_CASE("S3Target: bytes that are damaged on the way are never an object", "[s3][faults]") {
    FaultyBucket bucket(first(1000, "PUT", "/", Fault::Corrupt));
    for (const std::string& bytes : {std::string("hello"), large}) {
        const sdk::Error error = errorFrom([&] { putObject(*bucket.faulty, "x", bytes, bucket.run); });
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK_FALSE(bucket.target()->stat("x", bucket.run));
        CHECK(bucket.unfinished() == 0);
    }
}

TEST_CASE("S3Target: a server that has other bytes than were sent is found out by its ETag", "[s3][faults]") {
    for (const auto& [part, bytes] :
         {std::pair("/x", std::string("hello")), std::pair("partNumber=2", large)}) {
        FaultyBucket bucket(first(1000, "PUT", part, Fault::FalseEtag));
        const sdk::Error error = errorFrom([&] { putObject(*bucket.faulty, "x", bytes, bucket.run); });
        CHECK(error.kind() == ErrorKind::Integrity);
        CHECK_FALSE(bucket.target()->stat("x", bucket.run));
        CHECK(bucket.unfinished() == 0);
    }
}

TEST_CASE("S3Target: a server that never recovers is told after the attempts; leftovers stay announced",
          "[s3][faults]") {
    bool is_down = false;
    FaultyBucket bucket([&](const SeenRequest& request) {
        is_down = is_down || request.is("PUT", "partNumber=2");
        return is_down ? Fault::Reset : Fault::None;
    });
    CHECK(errorFrom([&] { putObject(*bucket.faulty, "x", large, bucket.run); }).kind() ==
          ErrorKind::Unavailable);
    REQUIRE(bucket.run.leftovers().size() == 1);
    CHECK(bucket.unfinished() == 1);
    bucket.target()->cleanup(bucket.run.leftovers().front(), bucket.run);
    CHECK(bucket.unfinished() == 0);
}

TEST_CASE("S3Target: reading goes on where the connection broke", "[s3][faults]") {
    FaultyBucket bucket(first(2, "GET", "/x", Fault::CutAnswer));
    putObject(*bucket.target(), "x", large, bucket.run);
    CHECK(getObject(*bucket.faulty, "x", bucket.run) == large);
    FaultyBucket always(first(1000, "GET", "/x", Fault::SlowDown));
    putObject(*always.target(), "x", "hello", always.run);
    CHECK(errorFrom([&] { getObject(*always.faulty, "x", always.run); }).kind() == ErrorKind::Unavailable);
}

TEST_CASE("S3Target: an object that is replaced while it is read is no mixture of both", "[s3][faults]") {
    FaultyBucket bucket(first(1, "GET", "/x", Fault::CutAnswer));
    putObject(*bucket.target(), "x", large, bucket.run);
    const auto reader = bucket.faulty->open("x", {}, bucket.run);
    std::string buffer(1000, '\0');
    REQUIRE(reader->read(std::as_writable_bytes(std::span(buffer))) > 0);
    std::string other = large;
    other.back() = static_cast<char>(~other.back());
    putObject(*bucket.target(), "x", other, bucket.run, IfExists::Replace);
    const sdk::Error error = errorFrom([&] {
        while (reader->read(std::as_writable_bytes(std::span(buffer))) > 0)
            continue;
    });
    CHECK(error.kind() == ErrorKind::Integrity);
}

// ROUNDS and SEED repeat it.
TEST_CASE("S3Target: whatever fails, an object is whole or not there, and told so", "[s3][rounds]") {
    const int seed = integerFrom("SEED", 1);
    std::minstd_rand random(static_cast<unsigned>(seed));
    int likelihood = 0;
    FaultyBucket bucket([&](const SeenRequest&) {
        constexpr Fault faults[] = {
            Fault::SlowDown, Fault::Reset, Fault::LoseAnswer, Fault::CutAnswer, Fault::Corrupt};
        return static_cast<int>(random() % 100) < likelihood ? faults[random() % std::size(faults)]
                                                             : Fault::None;
    });
    const auto plain = bucket.target();
    const int rounds = integerFrom("ROUNDS", 30);
    int failed = 0;
    for (int round = 0; round < rounds; ++round) {
        const std::string name = "round " + std::to_string(round);
        const std::string bytes = test::bytesOf(round % 3 == 0 ? large.size() : random() % 100'000);
        RecordingRun run;
        likelihood = static_cast<int>(random() % 60);
        const sdk::Error error = errorFrom([&] { putObject(*bucket.faulty, name, bytes, run); });
        likelihood = 0;
        INFO("SEED=" << seed << ", " << name << ": " << error.text());
        for (const std::string& token : run.leftovers())
            plain->cleanup(token, bucket.run);
        if (error.kind() == ErrorKind::None) {
            REQUIRE(getObject(*plain, name, bucket.run) == bytes);
            REQUIRE(plain->remove(name, bucket.run));
        } else {
            ++failed;
            REQUIRE_FALSE(plain->stat(name, bucket.run));
        }
        REQUIRE(bucket.unfinished() == 0);
    }
    CHECK(failed > 0);
    CHECK(failed < rounds);
}
