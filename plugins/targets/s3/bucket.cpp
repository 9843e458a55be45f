#include "bucket.h"

#include <array>
#include <ctime>

#include "answer_error.h"
#include "hash.h"

namespace dbackup::s3 {

namespace {

using Clock = std::chrono::system_clock;

constexpr const char* encryption_header = "x-amz-server-side-encryption";

/// "2026-11-28T11:16:47Z"
std::string isoTime(Clock::time_point time) {
    const std::time_t seconds = Clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace

sdk::RetryPolicy Bucket::retryPolicy() const {
    sdk::RetryPolicy policy;
    policy.attempts = settings_.attempts;
    policy.first_delay = settings_.first_delay;
    return policy;
}

RequestHead Bucket::headOf(const Call& call) const {
    RequestHead head;
    head.method = call.method;
    head.query = call.query;
    head.headers = call.headers;
    const Endpoint& endpoint = settings_.endpoint;
    const std::string key = uriEncodePath(call.key);
    if (settings_.path_style) {
        head.authority = endpoint.authority();
        head.path = endpoint.base_path + "/" + uriEncode(settings_.bucket) + (key.empty() ? "" : "/" + key);
    } else {
        head.authority = endpoint.authority(settings_.bucket + ".");
        head.path = endpoint.base_path + "/" + key;
    }
    return head;
}

std::string Bucket::urlOf(const RequestHead& head) const {
    const std::string query = queryText(head.query);
    return settings_.endpoint.scheme + "://" + head.authority + head.path +
           (query.empty() ? "" : "?" + query);
}

void Bucket::warnOfTrust(sdk::RunContext& run) {
    if (settings_.connection.verify_certificate || settings_.endpoint.scheme != "https") return;
    std::call_once(warned_, [&] {
        run.log(sdk::LogLevel::Warning,
                "The certificate of " + settings_.endpoint.authority() +
                    " is not checked: anyone on the way can read and change what is sent");
    });
}

std::unique_ptr<curl::Transfer> Bucket::prepare(const Call& call, sdk::RunContext& run) {
    warnOfTrust(run);
    RequestHead head = headOf(call);
    // TLS and Content-MD5 guard the body already; without TLS the signature does.
    const bool is_unsigned = settings_.endpoint.scheme == "https" && !call.body.empty();
    const std::string payload = is_unsigned ? std::string(unsigned_payload) : hex(sha256(call.body));
    sign(head, settings_.credentials->get(run), settings_.region, payload, Clock::now());

    curl::Connection connection = settings_.connection;
    if (call.stall_timeout.count() > 0) connection.stall_timeout = call.stall_timeout;
    auto transfer = std::make_unique<curl::Transfer>(sessions_.take(), connection, run, call.what);
    transfer->set(CURLOPT_URL, urlOf(head).c_str());
    transfer->set(CURLOPT_PATH_AS_IS, 1L);
    transfer->set(CURLOPT_PROTOCOLS_STR, "http,https");
    if (call.time_limit.count() > 0)
        transfer->set(CURLOPT_TIMEOUT_MS, static_cast<long>(call.time_limit.count()));
    if (call.is_sent_once) {
        transfer->set(CURLOPT_FRESH_CONNECT, 1L);
        transfer->set(CURLOPT_FORBID_REUSE, 1L);
    }
    if (call.method == "PUT" || call.method == "POST") {
        transfer->upload(call.body.size());
        transfer->addHeader("Expect:");
    }
    if (call.method == "HEAD") {
        transfer->set(CURLOPT_NOBODY, 1L);
    } else if (call.method != "GET") {
        transfer->set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    }
    for (const auto& [name, value] : head.headers) {
        transfer->addHeader(name + ": " + value);
    }
    return transfer;
}

curl::Response Bucket::send(const Call& call, sdk::RunContext& run) {
    const auto transfer = prepare(call, run);
    transfer->start(call.body);
    return transfer->finish();
}

curl::Response Bucket::ask(const Call& call, sdk::RunContext& run, bool may_be_missing) {
    curl::Response response;
    sdk::retry(retryPolicy(), run, [&] {
        response = send(call, run);
        if (may_be_missing && response.status == 404) return;
        if (response.status >= 300) throw sdk::Error(errorOf(explained(response, call, run), call.what));
    });
    return response;
}

/// An answer to HEAD has no body and so no reason: the same question as a GET has one.
curl::Response Bucket::explained(const curl::Response& response, const Call& call, sdk::RunContext& run) {
    const bool is_refusal = response.status < 500 && response.status != 404 && response.status != 429;
    if (call.method != "HEAD" || !is_refusal) return response;
    Call question = call;
    question.method = "GET";
    question.headers["range"] = "bytes=0-0";
    curl::Response reason = send(question, run);
    return reason.status >= 300 ? reason : response;
}

std::unique_ptr<curl::Transfer> Bucket::open(const Call& call, sdk::RunContext& run) {
    return prepare(call, run);
}

sdk::Error Bucket::errorOf(const curl::Response& response, const std::string& what) const {
    return answerError(response, what, settings_.region);
}

std::string Bucket::presignedUrl(const std::string& key, std::chrono::seconds valid, sdk::RunContext& run) {
    RequestHead head = headOf({"GET", key, ""});
    presign(head, settings_.credentials->get(run), settings_.region, valid, Clock::now());
    return urlOf(head);
}

std::map<std::string, std::string> Bucket::customerKeyHeaders() const {
    if (settings_.objects.encryption != Encryption::Customer) return {};
    const std::string& key = settings_.objects.customer_key.reveal();
    const std::string name = std::string(encryption_header) + "-customer-";
    return {{name + "algorithm", "AES256"},
            {name + "key", base64(key)},
            {name + "key-md5", base64(md5(bytesOf(key)))}};
}

std::map<std::string, std::string> Bucket::newObjectHeaders() const {
    const ObjectOptions& objects = settings_.objects;
    std::map<std::string, std::string> headers = customerKeyHeaders();
    if (objects.encryption == Encryption::Managed) headers[encryption_header] = "AES256";
    if (objects.encryption == Encryption::Kms) {
        headers[encryption_header] = "aws:kms";
        if (!objects.kms_key_id.empty()) {
            headers[std::string(encryption_header) + "-aws-kms-key-id"] = objects.kms_key_id;
        }
    }
    if (!objects.storage_class.empty()) headers["x-amz-storage-class"] = objects.storage_class;
    if (objects.legal_hold) headers["x-amz-object-lock-legal-hold"] = "ON";
    if (!objects.lock_mode.empty()) {
        headers["x-amz-object-lock-mode"] = objects.lock_mode;
        headers["x-amz-object-lock-retain-until-date"] =
            isoTime(Clock::now() + std::chrono::hours(24) * objects.lock_days);
    }
    return headers;
}

std::string etagOf(const curl::Response& response) {
    std::string etag = response.header("etag");
    std::erase(etag, '"');
    return etag;
}

}  // namespace dbackup::s3
