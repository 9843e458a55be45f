#include "object_upload.h"

#include <algorithm>

#include "hash.h"
#include "objects/run_link.h"
#include "xml_answer.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// A server may have to put 10,000 parts together before it says anything.
constexpr auto complete_timeout = std::chrono::seconds(300);
/// How long a stop waits for the answer that decides whether an object is there.
constexpr auto grace = std::chrono::milliseconds(800);

bool isMd5(const std::string& etag) {
    return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string completeBody(const std::vector<Part>& parts) {
    std::string body = R"(<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)";
    for (const Part& part : parts) {
        body += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>\"" +
                xmlText(part.etag) + "\"</ETag></Part>";
    }
    return body + "</CompleteMultipartUpload>";
}

/// How servers name an object of several parts.
std::string combinedEtag(const std::vector<Part>& parts) {
    std::string digests;
    for (const Part& part : parts)
        digests += part.md5;
    return hex(md5(bytesOf(digests))) + "-" + std::to_string(parts.size());
}

}  // namespace

ObjectUpload::ObjectUpload(Bucket& bucket, std::string key, sdk::IfExists if_exists)
    : bucket_(bucket), key_(std::move(key)), if_exists_(if_exists), mark_(randomMark()) {}

std::string ObjectUpload::what(const std::string& verb) const {
    return "cannot " + verb + " " + bucket_.place(key_);
}

void ObjectUpload::refuseExisting(sdk::RunContext& run) {
    if (if_exists_ == sdk::IfExists::Replace) return;
    long status = 0;
    try {
        status =
            bucket_.ask({"HEAD", key_, what("look for"), {}, bucket_.customerKeyHeaders()}, run, true).status;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Permission) throw;
        return;  // may write and not look: the write itself tells
    }
    if (status != 404) {
        throw Error(ErrorKind::AlreadyExists, what("write") + ": there is an object of that name");
    }
}

void ObjectUpload::put(std::span<const std::byte> bytes, sdk::RunContext& run) {
    const std::string digest = md5(bytes);
    Call call{"PUT", key_, what("write"), {}, bucket_.newObjectHeaders(), bytes};
    call.headers["content-md5"] = base64(digest);
    // Servers that know it keep it, and vouch for it from then on.
    call.headers["x-amz-checksum-sha256"] = base64(sha256(bytes));
    call.headers[mark_header] = mark_;
    if (if_exists_ == sdk::IfExists::Fail) call.headers["if-none-match"] = "*";
    conclude(
        call,
        [&](const curl::Response& response) { requireEtag(response, digest, bucket_.place(key_)); },
        run);
}

void ObjectUpload::begin(sdk::RunContext& run) {
    Call call{"POST", key_, what("begin to write"), {{"uploads", ""}}, bucket_.newObjectHeaders()};
    call.headers[mark_header] = mark_;
    call.is_sent_once = true;
    sdk::retry(bucket_.retryPolicy(), run, [&] {
        try {
            const curl::Response response = bucket_.send(call, run);
            if (response.status >= 300) throw Error(bucket_.errorOf(response, call.what));
            id_ = uploadIdOf(response.body);
        } catch (const Error& error) {
            may_have_strays_ = may_have_strays_ || error.retryable();
            throw;
        }
    });
    if (id_.empty())
        throw Error(ErrorKind::Unavailable, what("begin to write") + ": the server gives no upload id");
}

Part ObjectUpload::putPart(unsigned number, std::span<const std::byte> bytes, sdk::RunContext& run) const {
    const std::string subject = "part " + std::to_string(number) + " of " + bucket_.place(key_);
    Call call{"PUT",
              key_,
              "cannot write " + subject,
              {{"partNumber", std::to_string(number)}, {"uploadId", id_}},
              bucket_.customerKeyHeaders(),
              bytes};
    Part part{number, "", md5(bytes)};
    call.headers["content-md5"] = base64(part.md5);
    const curl::Response response = bucket_.ask(call, run);
    part.etag = etagOf(response);
    if (part.etag.empty()) throw Error(ErrorKind::Unavailable, call.what + ": the server gives no ETag");
    requireEtag(response, part.md5, subject);
    run.progress();
    return part;
}

void ObjectUpload::complete(const std::vector<Part>& parts, sdk::RunContext& run) {
    const std::string body = completeBody(parts);
    Call call{"POST", key_, what("finish"), {{"uploadId", id_}}, bucket_.customerKeyHeaders(), bytesOf(body)};
    call.headers["content-type"] = "application/xml";
    call.stall_timeout = std::max(complete_timeout, bucket_.settings().connection.stall_timeout);
    if (if_exists_ == sdk::IfExists::Fail) call.headers["if-none-match"] = "*";
    conclude(
        call, [&](const curl::Response& response) { checkCompleted(response, parts); }, run);
}

/// Sends the request after which the object is there. When its answer is lost, it may be there all the same.
void ObjectUpload::conclude(const Call& call, const Check& check, sdk::RunContext& run) {
    objects::GraceRun patient(run, grace);
    bool is_doubtful = false;
    sdk::retry(bucket_.retryPolicy(), run, [&] {
        try {
            const curl::Response response = bucket_.send(call, patient);
            if (response.status >= 300) throw Error(bucket_.errorOf(response, call.what));
            if (response.body.find("<Error>") !=
                std::string::npos) {  // "200 OK" was said before it was known
                if (const auto error = errorAnswerOf(response.body))
                    throw Error(bucket_.errorOf(response, call.what));
            }
            check(response);
        } catch (const Error& error) {
            // libcurl, too, may have sent it twice.
            is_doubtful = is_doubtful || error.retryable() || error.kind() == ErrorKind::AlreadyExists;
            if (is_doubtful && isThere(patient)) return;
            if (error.kind() != ErrorKind::AlreadyExists) throw;
            throw Error(ErrorKind::AlreadyExists, what("write") + ": there is an object of that name");
        }
    });
}

/// Is the object there that this upload was to make?
bool ObjectUpload::isThere(sdk::RunContext& run) const {
    try {
        const curl::Response response =
            bucket_.send({"HEAD", key_, what("look at"), {}, bucket_.customerKeyHeaders()}, run);
        return response.status == 200 && response.header(mark_header) == mark_;
    } catch (const Error& error) {
        run.log(sdk::LogLevel::Debug, error.what());  // what came before it is what is told
        return false;
    }
}

bool ObjectUpload::comparesEtag(const curl::Response& response) const {
    // With keys of others' an ETag is no checksum of what was sent.
    return bucket_.settings().compare_etag && bucket_.settings().objects.encryption != Encryption::Kms &&
           bucket_.settings().objects.encryption != Encryption::Customer &&
           !response.header("x-amz-server-side-encryption").starts_with("aws:");
}

void ObjectUpload::requireEtag(const curl::Response& response,
                               const std::string& md5,
                               const std::string& subject) const {
    const std::string etag = etagOf(response);
    if (!comparesEtag(response) || !isMd5(etag) || etag == hex(md5)) return;
    throw Error(
        ErrorKind::Integrity,
        "the server has other bytes of " + subject + " than were sent: " + etag + " instead of " + hex(md5),
        "If the ETags of this server are no checksums, set compareEtag to false");
}

void ObjectUpload::checkCompleted(const curl::Response& response, const std::vector<Part>& parts) const {
    const std::string etag = completedEtagOf(response.body);
    if (etag.empty())
        throw Error(ErrorKind::Unavailable, what("finish") + ": the answer has no ETag").canRetry();
    // Servers that are not of this form have their own way, of which nothing is known.
    const bool has_form = etag.size() > 33 && etag[32] == '-' && isMd5(etag.substr(0, 32));
    const bool are_digests =
        std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.etag == hex(part.md5); });
    if (!comparesEtag(response) || !has_form || !are_digests || etag == combinedEtag(parts)) return;
    throw Error(ErrorKind::Integrity,
                "the server has put " + bucket_.place(key_) + " together otherwise than was asked: " + etag +
                    " instead of " + combinedEtag(parts),
                "If the ETags of this server are no checksums, set compareEtag to false");
}

sdk::ObjectInfo ObjectUpload::confirm(const std::string& name,
                                      std::uint64_t size_bytes,
                                      sdk::RunContext& run) {
    objects::GraceRun patient(run, grace);
    const Call call{"HEAD", key_, what("look at"), {}, bucket_.customerKeyHeaders()};
    const curl::Response response = bucket_.ask(call, patient, true);
    if (response.status == 404)
        throw Error(ErrorKind::Integrity, bucket_.place(key_) + " was written and is not there");
    const std::string mark = response.header(mark_header);
    const std::string size = response.header("content-length");
    const bool is_ours = mark.empty() || mark == mark_;
    if (!is_ours && if_exists_ == sdk::IfExists::Fail) {
        throw Error(ErrorKind::AlreadyExists,
                    what("write") + ": another writer has written it at the same time");
    }
    if (is_ours && size != std::to_string(size_bytes)) {
        throw Error(ErrorKind::Integrity,
                    bucket_.place(key_) + " has " + size + " bytes there, " + std::to_string(size_bytes) +
                        " were sent");
    }
    if (is_ours) requireLocks(response, run);
    return {name, size_bytes, timeOf(response.header("last-modified")), {}};
}

/// Some servers pass over the locks of objects that come in parts: those are then set by requests of their
/// own.
void ObjectUpload::requireLocks(const curl::Response& head, sdk::RunContext& run) const {
    const ObjectOptions& objects = bucket_.settings().objects;
    const auto headers = bucket_.newObjectHeaders();
    const bool needs_days = !objects.lock_mode.empty() && head.header("x-amz-object-lock-mode").empty();
    const bool needs_hold = objects.legal_hold && head.header("x-amz-object-lock-legal-hold") != "ON";
    if (needs_days) {
        setLock("retention",
                "<Retention><Mode>" + objects.lock_mode + "</Mode><RetainUntilDate>" +
                    headers.at("x-amz-object-lock-retain-until-date") + "</RetainUntilDate></Retention>",
                run);
    }
    if (needs_hold) setLock("legal-hold", "<LegalHold><Status>ON</Status></LegalHold>", run);
}

void ObjectUpload::setLock(const std::string& kind, const std::string& body, sdk::RunContext& run) const {
    Call call{"PUT", key_, what("lock"), {{kind, ""}}, {}, bytesOf(body)};
    call.headers["content-md5"] = base64(md5(bytesOf(body)));
    call.headers["content-type"] = "application/xml";
    bucket_.ask(call, run);
}

}  // namespace dbackup::s3
