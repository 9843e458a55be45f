#include <string>

#include "transfer.h"

namespace dbackup::curl {

namespace {

using sdk::Error;
using sdk::ErrorKind;

struct Meaning {
    CURLcode code;
    ErrorKind kind;
    bool retryable;
    const char* hint;
};

constexpr const char* look_at_network = "Check host, port and network";
constexpr const char* look_at_certificate =
    "Give the authority's certificate in the settings, or correct the server's certificate";

constexpr const char* look_at_dates =
    "Renew the server's certificate, or correct this machine's clock when that is off";

/// What is wrong with the certificate is when it is looked at, in OpenSSL's words.
bool isOutOfDate(const std::string& text) {
    return text.find("certificate has expired") != std::string::npos ||
           text.find("certificate is not yet valid") != std::string::npos;
}

constexpr Meaning meanings[] = {
    {CURLE_URL_MALFORMAT, ErrorKind::Settings, false, "Correct the address in the settings"},
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorKind::Settings, false, "Correct the address in the settings"},
    {CURLE_SSL_CACERT_BADFILE, ErrorKind::Settings, false, "Correct the path of the certificate file"},
    {CURLE_LOGIN_DENIED, ErrorKind::Authentication, false, "Check user name and password"},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorKind::Authentication, false, look_at_certificate},
    {CURLE_SSL_CONNECT_ERROR, ErrorKind::Unavailable, true, "Does the server speak TLS on this port?"},
    {CURLE_USE_SSL_FAILED, ErrorKind::Unavailable, false, "The server offers no TLS"},
    {CURLE_REMOTE_ACCESS_DENIED, ErrorKind::Permission, false, ""},
    {CURLE_REMOTE_FILE_NOT_FOUND, ErrorKind::NotFound, false, ""},
    {CURLE_REMOTE_FILE_EXISTS, ErrorKind::AlreadyExists, false, ""},
    {CURLE_REMOTE_DISK_FULL, ErrorKind::NoSpace, false, "Free space there, or choose another destination"},
    {CURLE_OUT_OF_MEMORY, ErrorKind::Internal, false, ""},
    {CURLE_COULDNT_RESOLVE_HOST, ErrorKind::Unavailable, true, look_at_network},
    {CURLE_COULDNT_RESOLVE_PROXY, ErrorKind::Unavailable, true, look_at_network},
    {CURLE_COULDNT_CONNECT, ErrorKind::Unavailable, true, look_at_network},
    {CURLE_OPERATION_TIMEDOUT, ErrorKind::Unavailable, true, look_at_network},
};

}  // namespace

sdk::Error Transfer::errorOf(CURLcode code) const {
    const std::string text = what_ + ": " + (words_.front() != 0 ? words_.data() : curl_easy_strerror(code));
    for (const Meaning& meaning : meanings) {
        if (meaning.code != code) continue;
        const bool of_dates = code == CURLE_PEER_FAILED_VERIFICATION && isOutOfDate(text);
        return Error(meaning.kind, text, of_dates ? look_at_dates : meaning.hint).canRetry(meaning.retryable);
    }
    // All others are connections that broke, or servers that do not keep to the protocol.
    return Error(ErrorKind::Unavailable, text).canRetry();
}

}  // namespace dbackup::curl
