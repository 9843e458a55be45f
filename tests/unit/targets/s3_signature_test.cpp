#include <catch2/catch.hpp>

#include "hash.h"
#include "signature.h"

using namespace dbackup;
using namespace dbackup::s3;

namespace {

// The examples of "Authenticating Requests (AWS Signature Version 4)" in the S3 manual, with its well-known
// keys.
const Credentials credentials{"AKIAIOSFODNN7EXAMPLE",
                              sdk::SecretString("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                              sdk::SecretString(),
                              std::nullopt};
const auto then = std::chrono::system_clock::from_time_t(1369353600);  // 2013-05-24 00:00:00

RequestHead request(const std::string& method, const std::string& path, Query query = {}) {
    return {method, "examplebucket.s3.amazonaws.com", path, std::move(query), {}};
}

std::string signatureOf(RequestHead head, const std::string& body = {}) {
    sign(head, credentials, "us-east-1", hex(sha256(bytesOf(body))), then);
    const std::string& text = head.headers.at("authorization");
    return text.substr(text.rfind('=') + 1);
}

}  // namespace

TEST_CASE("sign: AWS's example of a read with a range", "[s3]") {
    RequestHead head = request("GET", "/test.txt");
    head.headers["range"] = "bytes=0-9";
    CHECK(signatureOf(head) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("sign: AWS's example of an object that is written", "[s3]") {
    RequestHead head = request("PUT", uriEncodePath("/test$file.text"));
    head.headers["date"] = "Fri, 24 May 2013 00:00:00 GMT";
    head.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";
    CHECK(signatureOf(head, "Welcome to Amazon S3.") ==
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("sign: AWS's examples of queries, with a value and without one", "[s3]") {
    CHECK(signatureOf(request("GET", "/", {{"lifecycle", ""}})) ==
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CHECK(signatureOf(request("GET", "/", {{"max-keys", "2"}, {"prefix", "J"}})) ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("presign: AWS's example of an address that is valid for a day", "[s3]") {
    RequestHead head = request("GET", "/test.txt");
    presign(head, credentials, "us-east-1", std::chrono::seconds(86400), then);
    CHECK(head.query.at("X-Amz-Signature") ==
          "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    CHECK(queryText(head.query)
              .find("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request") !=
          std::string::npos);
}

TEST_CASE("sign: a session token is sent and signed", "[s3]") {
    Credentials temporary = credentials;
    temporary.session_token = sdk::SecretString("the/token");
    RequestHead head = request("GET", "/test.txt");
    sign(head, temporary, "us-east-1", unsigned_payload, then);
    CHECK(head.headers.at("x-amz-security-token") == "the/token");
    CHECK(head.headers.at("authorization").find("x-amz-security-token") != std::string::npos);
}

TEST_CASE("queryText: names are sorted by their bytes, each has its '='", "[s3]") {
    CHECK(queryText({{"b", "2"}, {"a", ""}, {"B", "x y"}, {"a-b", "+"}}) == "B=x%20y&a-b=%2B&a=&b=2");
    CHECK(uriEncode("a/b~c\xC3\xBC%") == "a%2Fb~c%C3%BC%25");
    CHECK(uriEncodePath("a/b c") == "a/b%20c");
    CHECK(uriDecode("a%2Fb+c%20%C3%BC%zz%4") == "a/b c \xC3\xBC%zz%4");
}

TEST_CASE("base64 and hex: known values", "[s3]") {
    CHECK(base64("") == "");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(unbase64("Zm9vYg==") == "foob");
    CHECK(unbase64("no base64!") == "");
    CHECK(hex(md5(bytesOf("abc"))) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hex(sha256(bytesOf(""))) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(randomMark().size() == 32);
    CHECK(randomMark() != randomMark());
}
