#include "tool_failure.h"

#include <array>
#include <string_view>

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

struct Sign {
    std::string_view text;
    ErrorKind kind;
    std::string_view hint;
};

constexpr std::array<Sign, 17> signs{{
    {"Host key verification failed", ErrorKind::Authentication, "The server's host key has changed"},
    {"Permission denied (", ErrorKind::Authentication, "Check user, password and key"},
    {"Permission denied, please try again", ErrorKind::Authentication, "Check user and password"},
    {"Load key ", ErrorKind::Authentication, "Check the private key and its passphrase"},
    {"Too many authentication failures", ErrorKind::Authentication, "Check user, password and key"},
    {"No space left on device", ErrorKind::NoSpace, "Free space there, or choose another destination"},
    {"Disk quota exceeded", ErrorKind::NoSpace, "Free space there, or choose another destination"},
    {"Permission denied (13)", ErrorKind::Permission, "Let the user write to the folder"},
    {"Read-only file system", ErrorKind::Permission, ""},
    {"No such file or directory", ErrorKind::NotFound, ""},
    {"command not found", ErrorKind::ToolMissing, "Install rsync on the server"},
    {"rsync: not found", ErrorKind::ToolMissing, "Install rsync on the server"},
    {"unknown option",
     ErrorKind::Unsupported,
     "Its rsync is too old: install 3.2.4 or newer there, or set fsync to false"},
    {"Connection refused", ErrorKind::Unavailable, ""},
    {"timed out", ErrorKind::Unavailable, ""},
    {"Could not resolve hostname", ErrorKind::Unavailable, ""},
    {"Connection closed", ErrorKind::Unavailable, ""},
}};

/// Exit statuses that mean a lost connection: sockets, the protocol, time-outs, and ssh's own.
bool isConnection(int code) {
    return code == 10 || code == 12 || code == 30 || code == 35 || code == 255;
}

/// What was said first is the reason; rsync's own lines about it follow.
std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::string requireTool(const std::string& name, const sdk::RunContext& run) {
    const auto program = sdk::findTool(name, run);
    if (program) return *program;
    throw Error(
        ErrorKind::ToolMissing, name + " is not there", "Install it, or put its folder into tools.path");
}

sdk::Error toolFailure(const std::string& what, const sdk::ExitStatus& status, const std::string& said) {
    ErrorKind kind = isConnection(status.code) ? ErrorKind::Unavailable : ErrorKind::ToolFailed;
    std::string_view hint;
    // "Permission denied (13)" is the file's and not the login's.
    const bool of_file = said.find("Permission denied (13)") != std::string::npos;
    for (const Sign& sign : signs) {
        if (of_file && sign.kind == ErrorKind::Authentication) continue;
        if (said.find(sign.text) == std::string::npos) continue;
        kind = sign.kind;
        hint = sign.hint;
        break;
    }
    const std::string told = firstLine(said);
    Error error(kind,
                what + ": rsync ended with " + status.text() + (told.empty() ? "" : ": " + told),
                std::string(hint));
    error.canRetry(kind == ErrorKind::Unavailable);
    return error;
}

}  // namespace dbackup::rsync
