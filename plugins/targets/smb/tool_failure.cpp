#include "tool_failure.h"

#include <algorithm>
#include <array>

namespace dbackup::smb {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::string_view status_begin = "NT_STATUS_";
constexpr std::string_view status_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

struct Meaning {
    std::string_view status;  ///< without NT_STATUS_
    ErrorKind kind;
};

constexpr std::array<Meaning, 38> meanings{{
    {"LOGON_FAILURE", ErrorKind::Authentication},
    {"WRONG_PASSWORD", ErrorKind::Authentication},
    {"NO_SUCH_USER", ErrorKind::Authentication},
    {"ACCOUNT_DISABLED", ErrorKind::Authentication},
    {"ACCOUNT_EXPIRED", ErrorKind::Authentication},
    {"ACCOUNT_LOCKED_OUT", ErrorKind::Authentication},
    {"ACCOUNT_RESTRICTION", ErrorKind::Authentication},
    {"PASSWORD_EXPIRED", ErrorKind::Authentication},
    {"PASSWORD_MUST_CHANGE", ErrorKind::Authentication},
    {"NO_LOGON_SERVERS", ErrorKind::Authentication},
    {"ACCESS_DENIED", ErrorKind::Permission},
    {"MEDIA_WRITE_PROTECTED", ErrorKind::Permission},
    {"CANNOT_DELETE", ErrorKind::Permission},
    {"NETWORK_ACCESS_DENIED", ErrorKind::Permission},
    {"BAD_NETWORK_NAME", ErrorKind::Settings},
    {"OBJECT_NAME_INVALID", ErrorKind::Settings},
    {"NO_SUCH_FILE", ErrorKind::NotFound},
    {"OBJECT_NAME_NOT_FOUND", ErrorKind::NotFound},
    {"OBJECT_PATH_NOT_FOUND", ErrorKind::NotFound},
    {"NOT_A_DIRECTORY", ErrorKind::NotFound},
    {"OBJECT_NAME_COLLISION", ErrorKind::AlreadyExists},
    {"DISK_FULL", ErrorKind::NoSpace},
    {"QUOTA_EXCEEDED", ErrorKind::NoSpace},
    {"ALLOTTED_SPACE_EXCEEDED", ErrorKind::NoSpace},
    {"NOT_SUPPORTED", ErrorKind::Unsupported},
    {"REVISION_MISMATCH", ErrorKind::Unsupported},
    {"INVALID_NETWORK_RESPONSE", ErrorKind::Unavailable},
    {"IO_TIMEOUT", ErrorKind::Unavailable},
    {"CONNECTION_REFUSED", ErrorKind::Unavailable},
    {"CONNECTION_RESET", ErrorKind::Unavailable},
    {"CONNECTION_DISCONNECTED", ErrorKind::Unavailable},
    {"CONNECTION_ABORTED", ErrorKind::Unavailable},
    {"HOST_UNREACHABLE", ErrorKind::Unavailable},
    {"NETWORK_UNREACHABLE", ErrorKind::Unavailable},
    {"NETWORK_NAME_DELETED", ErrorKind::Unavailable},
    {"SHARING_VIOLATION", ErrorKind::Unavailable},
    {"UNEXPECTED_NETWORK_ERROR", ErrorKind::Unavailable},
    {"END_OF_FILE", ErrorKind::Unavailable},
}};

ErrorKind kindOf(std::string_view status, std::string_view said) {
    for (const Meaning& each : meanings) {
        if (status.substr(std::min(status.size(), status_begin.size())) == each.status) return each.kind;
    }
    // An unknown host, for one, is "unsuccessful" only; when the server goes away, smbclient may end without
    // a word.
    const bool lost = said.empty() || said.find("do_connect: Connection to") != std::string_view::npos;
    return lost ? ErrorKind::Unavailable : ErrorKind::ToolFailed;
}

std::string_view hintFor(std::string_view status, ErrorKind kind) {
    if (status == "NT_STATUS_BAD_NETWORK_NAME") return "Check the share's name in the setting address";
    if (kind == ErrorKind::NoSpace) return "Free space there, or choose another destination";
    if (kind == ErrorKind::Unsupported)
        return "The server may not do what maxProtocol and protection ask for";
    return {};
}

std::string lastLine(std::string_view text) {
    const std::size_t end = text.find_last_not_of("\r\n ");
    if (end == std::string_view::npos) return {};
    const std::size_t start = text.find_last_of('\n', end);
    return std::string(text.substr(start == std::string_view::npos ? 0 : start + 1, end - start));
}

}  // namespace

std::string statusIn(std::string_view said) {
    const std::size_t begin = said.rfind(status_begin);
    if (begin == std::string_view::npos) return {};
    const std::size_t end = said.find_first_not_of(status_letters, begin);
    return std::string(said.substr(begin, end == std::string_view::npos ? end : end - begin));
}

sdk::Error toolFailure(const std::string& what, std::string_view said) {
    const std::string status = statusIn(said);
    const ErrorKind kind = kindOf(status, said);
    const std::string told = status.empty() ? lastLine(said) : status;
    Error error(
        kind, what + (told.empty() ? ": smbclient failed" : ": " + told), std::string(hintFor(status, kind)));
    error.canRetry(kind == ErrorKind::Unavailable);
    return error;
}

}  // namespace dbackup::smb
