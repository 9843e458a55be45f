#include "tool_failure.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <string_view>

namespace dbackup::rclone {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr int directory_not_found = 3;
constexpr int file_not_found = 4;
constexpr int temporary_error = 5;

struct Sign {
    std::string_view text;  ///< lower case
    ErrorKind kind;
};

/// Backends report in words of their own; these are common to many. The first that is found counts.
constexpr std::array<Sign, 37> signs{{
    {"didn't find section in config", ErrorKind::Settings},
    {"unable to decrypt configuration", ErrorKind::Authentication},
    {"couldn't decrypt configuration", ErrorKind::Authentication},
    {"--password-command", ErrorKind::Authentication},
    {"failed to load config file", ErrorKind::Settings},
    {"no space left", ErrorKind::NoSpace},
    {"quota", ErrorKind::NoSpace},
    {"insufficient storage", ErrorKind::NoSpace},
    {"insufficient_space", ErrorKind::NoSpace},
    {"not enough space", ErrorKind::NoSpace},
    {"507 ", ErrorKind::NoSpace},
    {"x509:", ErrorKind::Authentication},
    {"knownhosts:", ErrorKind::Authentication},
    {"invalid_grant", ErrorKind::Authentication},
    {"invalid_client", ErrorKind::Authentication},
    {"unauthorized", ErrorKind::Authentication},
    {"unable to authenticate", ErrorKind::Authentication},
    {"invalidaccesskeyid", ErrorKind::Authentication},
    {"signaturedoesnotmatch", ErrorKind::Authentication},
    {"authentication", ErrorKind::Authentication},
    {"401 ", ErrorKind::Authentication},
    {"530 login", ErrorKind::Authentication},
    {"forbidden", ErrorKind::Permission},
    {"accessdenied", ErrorKind::Permission},
    {"access denied", ErrorKind::Permission},
    {"permission denied", ErrorKind::Permission},
    {"read-only file system", ErrorKind::Permission},
    {"corrupted on transfer", ErrorKind::Integrity},
    {"connection refused", ErrorKind::Unavailable},
    {"connection reset", ErrorKind::Unavailable},
    {"broken pipe", ErrorKind::Unavailable},
    {"no such host", ErrorKind::Unavailable},
    {"timeout", ErrorKind::Unavailable},
    {"deadline exceeded", ErrorKind::Unavailable},
    {"network is unreachable", ErrorKind::Unavailable},
    {"no route to host", ErrorKind::Unavailable},
    {"eof", ErrorKind::Unavailable},
}};

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char each) {
        return static_cast<char>(std::tolower(each));
    });
    return text;
}

ErrorKind kindOf(const sdk::ExitStatus& status, const std::string& said) {
    if (status.code == directory_not_found || status.code == file_not_found) return ErrorKind::NotFound;
    const std::string text = lowerCase(said);
    for (const Sign& sign : signs) {
        if (text.find(sign.text) != std::string::npos) return sign.kind;
    }
    return status.code == temporary_error ? ErrorKind::Unavailable : ErrorKind::ToolFailed;
}

std::string_view hintFor(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Settings:
            return "See rclone listremotes, and the settings remote, configFile and config";
        case ErrorKind::Authentication:
            return "Renew the remote's access with rclone config reconnect, or check its certificate or host "
                   "key";
        case ErrorKind::NoSpace:
            return "Free space there, or choose another destination";
        default:
            return {};
    }
}

/// The last line that says something; rclone repeats itself before it.
std::string lastLine(const std::string& text) {
    const std::size_t end = text.find_last_not_of("\r\n ");
    if (end == std::string::npos) return {};
    const std::size_t start = text.find_last_of('\n', end);
    return start == std::string::npos ? text.substr(0, end + 1) : text.substr(start + 1, end - start);
}

}  // namespace

sdk::Error toolFailure(const std::string& what, const sdk::ExitStatus& status, const std::string& said) {
    const ErrorKind kind = kindOf(status, said);
    const std::string last = lastLine(said);
    Error error(kind,
                what + ": rclone ended with " + status.text() + (last.empty() ? "" : ": " + last),
                std::string(hintFor(kind)));
    error.canRetry(kind == ErrorKind::Unavailable);
    return error;
}

}  // namespace dbackup::rclone
