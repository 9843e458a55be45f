#include "signature.h"

#include <array>
#include <ctime>

#include "hash.h"

namespace dbackup::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

struct Canonical {
    std::string request;
    std::string signed_headers;
};

Canonical canonicalOf(const RequestHead& request, std::string_view payload_hash) {
    std::map<std::string, std::string> headers = request.headers;
    headers["host"] = request.authority;
    Canonical canonical;
    canonical.request = request.method + "\n" + request.path + "\n" + queryText(request.query) + "\n";
    for (const auto& [name, value] : headers) {
        canonical.request += name + ":" + value + "\n";
        canonical.signed_headers += (canonical.signed_headers.empty() ? "" : ";") + name;
    }
    canonical.request += "\n" + canonical.signed_headers + "\n" + std::string(payload_hash);
    return canonical;
}

/// "20130524/us-east-1/s3/aws4_request"
std::string scopeOf(const std::string& time, const std::string& region) {
    return time.substr(0, 8) + "/" + region + "/s3/aws4_request";
}

std::string signatureOf(const Canonical& canonical,
                        const Credentials& credentials,
                        const std::string& region,
                        const std::string& time) {
    const std::string to_sign = std::string(algorithm) + "\n" + time + "\n" + scopeOf(time, region) + "\n" +
                                hex(sha256(bytesOf(canonical.request)));
    std::string key = hmacSha256("AWS4" + credentials.secret_access_key.reveal(), time.substr(0, 8));
    for (const std::string_view part :
         {std::string_view(region), std::string_view("s3"), std::string_view("aws4_request")}) {
        key = hmacSha256(key, part);
    }
    return hex(hmacSha256(key, to_sign));
}

}  // namespace

std::string amzTime(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

void sign(RequestHead& request,
          const Credentials& credentials,
          const std::string& region,
          std::string_view payload_hash,
          std::chrono::system_clock::time_point time) {
    const std::string now = amzTime(time);
    request.headers["x-amz-date"] = now;
    request.headers["x-amz-content-sha256"] = payload_hash;
    if (!credentials.session_token.empty()) {
        request.headers["x-amz-security-token"] = credentials.session_token.reveal();
    }
    const Canonical canonical = canonicalOf(request, payload_hash);
    request.headers["authorization"] = std::string(algorithm) + " Credential=" + credentials.access_key_id +
                                       "/" + scopeOf(now, region) +
                                       ",SignedHeaders=" + canonical.signed_headers +
                                       ",Signature=" + signatureOf(canonical, credentials, region, now);
}

void presign(RequestHead& request,
             const Credentials& credentials,
             const std::string& region,
             std::chrono::seconds valid,
             std::chrono::system_clock::time_point time) {
    const std::string now = amzTime(time);
    request.query["X-Amz-Algorithm"] = algorithm;
    request.query["X-Amz-Credential"] = credentials.access_key_id + "/" + scopeOf(now, region);
    request.query["X-Amz-Date"] = now;
    request.query["X-Amz-Expires"] = std::to_string(valid.count());
    request.query["X-Amz-SignedHeaders"] = "host";
    if (!credentials.session_token.empty()) {
        request.query["X-Amz-Security-Token"] = credentials.session_token.reveal();
    }
    const Canonical canonical = canonicalOf(request, unsigned_payload);
    request.query["X-Amz-Signature"] = signatureOf(canonical, credentials, region, now);
}

}  // namespace dbackup::s3
