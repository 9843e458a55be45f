#include <catch2/catch.hpp>

#include "answer_error.h"
#include "leftover.h"
#include "tests/support/objects.h"
#include "xml_answer.h"

using namespace dbackup;
using namespace dbackup::s3;
using Catch::Matchers::Contains;
using sdk::ErrorKind;
using test::errorFrom;

namespace {

curl::Response answer(long status, const std::string& body) {
    curl::Response response;
    response.status = status;
    response.body = body;
    return response;
}

sdk::Error errorOf(long status, const std::string& code, const std::string& more = {}) {
    return answerError(answer(status,
                              "<?xml version=\"1.0\"?><Error><Code>" + code +
                                  "</Code><Message>so it is</Message>" + more + "</Error>"),
                       "cannot write b/k",
                       "us-east-1");
}

}  // namespace

TEST_CASE("objectPageOf: keys are decoded, and the list goes on by its token", "[s3]") {
    const ObjectPage page = objectPageOf(R"(<?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><EncodingType>url</EncodingType>
        <IsTruncated>true</IsTruncated><NextContinuationToken>1/x==</NextContinuationToken>
        <Contents><Key>a+b%2Bc/%C3%BC</Key><LastModified>2026-11-28T11:16:47.500Z</LastModified><Size>5368709121</Size>
        <Owner><ID>x</ID></Owner></Contents>
        <Contents><Key>plain</Key><Size>0</Size></Contents>
        <CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>)");
    REQUIRE(page.objects.size() == 2);
    CHECK(page.objects[0].key == "a b+c/\xC3\xBC");
    CHECK(page.objects[0].size_bytes == 5368709121U);
    CHECK(std::chrono::system_clock::to_time_t(page.objects[0].modified) == 1795864607);
    CHECK(page.objects[1].key == "plain");
    CHECK(page.next == "1/x==");
}

TEST_CASE("objectPageOf: what is no list is an error, never an empty list", "[s3]") {
    for (const char* body : {"",
                             "<html><body>Sign in</body></html>",
                             "<ListBucketResult><Contents>",
                             "{}",
                             "<Error><Code>AccessDenied</Code></Error>"}) {
        INFO(body);
        CHECK(errorFrom([&] { objectPageOf(body); }).kind() == ErrorKind::Unavailable);
    }
    CHECK(errorFrom([] {
              objectPageOf("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>");
          }).kind() == ErrorKind::Unsupported);
}

TEST_CASE("objectPageOf: neither files nor a flood of entities come in by the XML", "[s3]") {
    const std::string outside =
        R"(<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/hostname">]><ListBucketResult><Contents><Key>&f;</Key></Contents></ListBucketResult>)";
    try {
        for (const ListedObject& object : objectPageOf(outside).objects)
            CHECK(object.key.empty());
    } catch (const sdk::Error& error) {
        CHECK(error.kind() == ErrorKind::Unavailable);
    }
    std::string deep;
    for (int i = 0; i < 1000; ++i)
        deep += "<a>";
    CHECK(errorFrom([&] { objectPageOf(deep); }).kind() == ErrorKind::Unavailable);
}

TEST_CASE("errorAnswerOf: an error is seen also in an answer of status 200", "[s3]") {
    const auto error = errorAnswerOf("\n<Error><Code>InternalError</Code><Message>later</Message></Error>");
    REQUIRE(error);
    CHECK(error->code == "InternalError");
    CHECK_FALSE(errorAnswerOf("<CompleteMultipartUploadResult/>"));
    CHECK_FALSE(errorAnswerOf("Bad Gateway"));
}

TEST_CASE("completedEtagOf and others: their one value", "[s3]") {
    CHECK(
        completedEtagOf(
            "<CompleteMultipartUploadResult><ETag>&quot;ab-2&quot;</ETag></CompleteMultipartUploadResult>") ==
        "ab-2");
    CHECK(uploadIdOf(
              "<InitiateMultipartUploadResult><UploadId>2~x</UploadId></InitiateMultipartUploadResult>") ==
          "2~x");
    const auto failures = removeFailuresOf(
        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code></Error></"
        "DeleteResult>");
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].key == "b");
    CHECK(xmlText("a<b>&\"\r") == "a&lt;b&gt;&amp;&quot;&#13;");
}

TEST_CASE("answerError: a code tells who must act", "[s3]") {
    const std::vector<std::tuple<long, std::string, ErrorKind, bool>> cases{
        {403, "InvalidAccessKeyId", ErrorKind::Authentication, false},
        {403, "SignatureDoesNotMatch", ErrorKind::Authentication, false},
        {403, "AccessDenied", ErrorKind::Permission, false},
        {404, "NoSuchBucket", ErrorKind::NotFound, false},
        {404, "NoSuchKey", ErrorKind::NotFound, false},
        {412, "PreconditionFailed", ErrorKind::AlreadyExists, false},
        {403, "QuotaExceeded", ErrorKind::NoSpace, false},
        {507, "", ErrorKind::NoSpace, false},
        {503, "SlowDown", ErrorKind::Unavailable, true},
        {400, "RequestTimeout", ErrorKind::Unavailable, true},
        {200, "InternalError", ErrorKind::Unavailable, true},
        {429, "", ErrorKind::Unavailable, true},
        {502, "", ErrorKind::Unavailable, true},
        {400, "BadDigest", ErrorKind::Integrity, true},
        {403, "InvalidObjectState", ErrorKind::Unsupported, false},
        {501, "NotImplemented", ErrorKind::Unsupported, false},
        {418, "", ErrorKind::Unsupported, false}};
    for (const auto& [status, code, kind, retryable] : cases) {
        INFO(status << ' ' << code);
        const sdk::Error error = errorOf(status, code);
        CHECK(error.kind() == kind);
        CHECK(error.retryable() == retryable);
        CHECK_THAT(error.what(), Contains("cannot write b/k") && Contains(code) && Contains("so it is"));
    }
    CHECK(errorOf(404, "NoSuchBucket").hint().find("bucket") != std::string::npos);
}

TEST_CASE("answerError: the right region is told, from the answer or from its header", "[s3]") {
    const sdk::Error told = errorOf(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>");
    CHECK(told.kind() == ErrorKind::Settings);
    CHECK_THAT(told.what(), Contains("eu-west-1") && Contains("us-east-1"));
    CHECK(told.hint() == "Set the region to eu-west-1");
    curl::Response redirect = answer(301, "");
    redirect.headers["X-Amz-Bucket-Region"] = "ap-south-1";
    CHECK(answerError(redirect, "cannot look at b/k", "us-east-1").hint() == "Set the region to ap-south-1");
    curl::Response denied = answer(403, "<Error><Code>AccessDenied</Code></Error>");
    denied.headers["x-amz-bucket-region"] = "ap-south-1";
    CHECK(answerError(denied, "cannot look at b/k", "us-east-1").kind() == ErrorKind::Permission);
}

TEST_CASE("answerError: clocks that differ are told with their difference", "[s3]") {
    const std::time_t later = std::time(nullptr) + 7200;
    std::tm parts{};
    gmtime_r(&later, &parts);
    char text[64];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    const sdk::Error error =
        errorOf(403, "RequestTimeTooSkewed", "<ServerTime>" + std::string(text) + "</ServerTime>");
    CHECK(error.kind() == ErrorKind::Authentication);
    CHECK_THAT(error.what(), Contains(" s behind the server's") && (Contains("7199") || Contains("7200")));
}

TEST_CASE("Leftover: its token brings all of it back", "[s3]") {
    const Leftover leftover{std::chrono::system_clock::from_time_t(1700000000),
                            "abc",
                            "2~x/y:z==",
                            "buck.et",
                            "a/b c:d%+\xC3\xBC"};
    const Leftover back = Leftover::from(leftover.token());
    CHECK(back.since == leftover.since);
    CHECK(back.mark == "abc");
    CHECK(back.upload_id == leftover.upload_id);
    CHECK(back.bucket == "buck.et");
    CHECK(back.key == leftover.key);
    for (const char* token : {"", "s3", "s3:1:a:b:c", "local/.x.partial", "s3:x:a:b:c:d", "s3:1:m:i::k"}) {
        INFO(token);
        CHECK(errorFrom([&] { Leftover::from(token); }).kind() == ErrorKind::Settings);
    }
}
