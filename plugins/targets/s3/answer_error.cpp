#include "answer_error.h"

#include <chrono>

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::size_t longest_message = 300;

struct Meaning {
    const char* code;
    ErrorKind kind;
    bool retryable;
    const char* hint;
};

constexpr const char* look_at_keys = "Check accessKeyId and secretAccessKey";
constexpr const char* look_at_rights = "docs/targets/s3.md has the rights that the account needs";
constexpr const char* look_at_region = "Set the region that the bucket lies in";

constexpr Meaning codes[] = {
    {"InvalidAccessKeyId", ErrorKind::Authentication, false, look_at_keys},
    {"SignatureDoesNotMatch", ErrorKind::Authentication, false, look_at_keys},
    {"InvalidToken", ErrorKind::Authentication, false, look_at_keys},
    {"ExpiredToken", ErrorKind::Authentication, false, "The temporary credentials have expired: renew them"},
    {"TokenRefreshRequired",
     ErrorKind::Authentication,
     false,
     "The temporary credentials have expired: renew them"},
    {"InvalidSecurity", ErrorKind::Authentication, false, look_at_keys},
    {"NotSignedUp", ErrorKind::Authentication, false, ""},
    {"Unauthorized", ErrorKind::Authentication, false, look_at_keys},
    {"RequestTimeTooSkewed", ErrorKind::Authentication, false, "Set this machine's clock"},
    {"AuthorizationHeaderMalformed", ErrorKind::Settings, false, look_at_region},
    {"PermanentRedirect", ErrorKind::Settings, false, look_at_region},
    {"TemporaryRedirect", ErrorKind::Unavailable, true, look_at_region},
    {"IllegalLocationConstraintException", ErrorKind::Settings, false, look_at_region},
    {"AccessDenied", ErrorKind::Permission, false, look_at_rights},
    {"AllAccessDisabled", ErrorKind::Permission, false, ""},
    {"AccountProblem", ErrorKind::Permission, false, ""},
    {"UserSuspended", ErrorKind::Permission, false, ""},
    {"NoSuchBucket", ErrorKind::NotFound, false, "Make the bucket, or correct bucket, region and endpoint"},
    {"NoSuchKey", ErrorKind::NotFound, false, ""},
    {"NoSuchUpload", ErrorKind::NotFound, false, ""},
    {"NoSuchVersion", ErrorKind::NotFound, false, ""},
    {"PreconditionFailed", ErrorKind::AlreadyExists, false, ""},
    {"QuotaExceeded", ErrorKind::NoSpace, false, "Free space in the bucket, or raise its quota"},
    {"XMinioStorageFull", ErrorKind::NoSpace, false, "Free space on the server"},
    {"InsufficientStorage", ErrorKind::NoSpace, false, "Free space on the server"},
    {"BadDigest", ErrorKind::Integrity, true, ""},
    {"XAmzContentSHA256Mismatch", ErrorKind::Integrity, true, ""},
    {"XAmzContentChecksumMismatch", ErrorKind::Integrity, true, ""},
    {"IncompleteBody", ErrorKind::Unavailable, true, ""},
    {"InvalidObjectState",
     ErrorKind::Unsupported,
     false,
     "The object is in an archive (GLACIER, DEEP_ARCHIVE): restore it there first, then try again"},
    {"NotImplemented", ErrorKind::Unsupported, false, ""},
    {"InvalidRequest", ErrorKind::Unsupported, false, ""},
    {"InvalidBucketName", ErrorKind::Settings, false, "Correct the bucket's name"},
    {"InvalidStorageClass", ErrorKind::Settings, false, "Choose a storage class that the server has"},
    {"KeyTooLongError", ErrorKind::Settings, false, "Choose a shorter pathPrefix"},
    {"KMS.NotFoundException", ErrorKind::Settings, false, "Correct kmsKeyId"},
    {"KMS.DisabledException", ErrorKind::Settings, false, "Enable the key, or choose another one"},
    {"SlowDown", ErrorKind::Unavailable, true, ""},
    {"Throttling", ErrorKind::Unavailable, true, ""},
    {"ThrottlingException", ErrorKind::Unavailable, true, ""},
    {"RequestLimitExceeded", ErrorKind::Unavailable, true, ""},
    {"BandwidthLimitExceeded", ErrorKind::Unavailable, true, ""},
    {"ServiceUnavailable", ErrorKind::Unavailable, true, ""},
    {"InternalError", ErrorKind::Unavailable, true, ""},
    {"RequestTimeout", ErrorKind::Unavailable, true, ""},
    {"OperationAborted", ErrorKind::Unavailable, true, ""},
    {"ConditionalRequestConflict", ErrorKind::Unavailable, true, ""},
};

Meaning meaningOfStatus(long status) {
    if (status >= 300 && status < 400) return {"", ErrorKind::Settings, false, look_at_region};
    switch (status) {
        case 401:
            return {"", ErrorKind::Authentication, false, look_at_keys};
        case 403:
            return {"", ErrorKind::Permission, false, look_at_rights};
        case 404:
            return {"", ErrorKind::NotFound, false, ""};
        case 408:
        case 429:
            return {"", ErrorKind::Unavailable, true, ""};
        case 412:
            return {"", ErrorKind::AlreadyExists, false, ""};
        case 501:
            return {"", ErrorKind::Unsupported, false, ""};
        case 507:
            return {"", ErrorKind::NoSpace, false, "Free space on the server"};
        default:
            break;
    }
    if (status >= 500) return {"", ErrorKind::Unavailable, true, ""};
    return {"", ErrorKind::Unsupported, false, ""};
}

Meaning meaningOf(const std::string& code, long status) {
    for (const Meaning& meaning : codes) {
        if (code == meaning.code) return meaning;
    }
    return meaningOfStatus(status);
}

std::string textOf(const ErrorAnswer& answer, long status, const std::string& what) {
    std::string text =
        what + ": the server answers " + (status == 0 ? "" : std::to_string(status) + " ") + answer.code;
    if (!answer.message.empty()) text += " (" + answer.message.substr(0, longest_message) + ")";
    while (text.ends_with(' '))
        text.pop_back();
    return text;
}

/// "this machine's clock is 3600 s behind the server's"
std::string clockText(const std::string& server_time) {
    const auto server = timeOf(server_time);
    if (server == std::chrono::system_clock::time_point()) return {};
    const auto behind =
        std::chrono::duration_cast<std::chrono::seconds>(server - std::chrono::system_clock::now()).count();
    return "this machine's clock is " + std::to_string(behind < 0 ? -behind : behind) + " s " +
           (behind < 0 ? "ahead of" : "behind") + " the server's";
}

}  // namespace

sdk::Error codeError(const ErrorAnswer& answer, long status, const std::string& what) {
    const Meaning meaning = meaningOf(answer.code, status);
    return Error(meaning.kind, textOf(answer, status, what), meaning.hint).canRetry(meaning.retryable);
}

sdk::Error answerError(const curl::Response& response, const std::string& what, const std::string& region) {
    ErrorAnswer answer = errorAnswerOf(response.body).value_or(ErrorAnswer{});
    if (answer.region.empty()) answer.region = response.header("x-amz-bucket-region");
    const Error error = codeError(answer, response.status, what);
    if (answer.code == "RequestTimeTooSkewed") {
        const std::string clock =
            clockText(answer.server_time.empty() ? response.header("date") : answer.server_time);
        return {error.kind(), std::string(error.what()) + (clock.empty() ? "" : ": " + clock), error.hint()};
    }
    // Some answers name the bucket's region when that is not what is wrong.
    const bool wrong_region = !answer.region.empty() && answer.region != region &&
                              (error.kind() == ErrorKind::Settings || response.status == 400);
    if (wrong_region) {
        return {ErrorKind::Settings,
                std::string(error.what()) + ": the bucket lies in the region " + answer.region + ", not in " +
                    region,
                "Set the region to " + answer.region};
    }
    return error;
}

}  // namespace dbackup::s3
