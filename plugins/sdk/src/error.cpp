#include "dbackup/sdk/error.h"

#include <array>
#include <cerrno>
#include <system_error>

namespace dbackup::sdk {

namespace {

constexpr std::array<std::string_view, 14> kind_names = {
    "None",
    "Settings",
    "Authentication",
    "Permission",
    "NotFound",
    "AlreadyExists",
    "Unavailable",
    "ToolMissing",
    "ToolFailed",
    "NoSpace",
    "Integrity",
    "Unsupported",
    "Cancelled",
    "Internal",
};

ErrorKind kindOfErrno(int error_number) {
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorKind::NoSpace;
        case EACCES:
        case EPERM:
        case EROFS:
            return ErrorKind::Permission;
        case ENOENT:
        case ENOTDIR:
            return ErrorKind::NotFound;
        case EEXIST:
        case ENOTEMPTY:
            return ErrorKind::AlreadyExists;
        case EIO:
        case ETIMEDOUT:
        case ECONNREFUSED:
        case ECONNRESET:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EPIPE:
        case ESTALE:
            return ErrorKind::Unavailable;
        default:
            return ErrorKind::Internal;
    }
}

}  // namespace

std::string_view toString(ErrorKind kind) noexcept {
    const auto index = static_cast<std::size_t>(kind);
    return index < kind_names.size() ? kind_names.at(index) : "Internal";
}

ErrorKind errorKindFrom(std::string_view name) noexcept {
    for (std::size_t i = 1; i < kind_names.size(); ++i) {
        if (kind_names.at(i) == name) return static_cast<ErrorKind>(i);
    }
    return ErrorKind::Internal;
}

Error::Error(ErrorKind kind, const std::string& message, std::string hint)
    : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

// Out of line, so that the type's vtable and typeinfo exist once, in the SDK library.
Error::~Error() = default;

Error& Error::canRetry(bool yes) noexcept {
    retryable_ = yes;
    return *this;
}

std::string Error::text() const {
    const std::string message = what();
    return hint_.empty() ? message : message + ". " + hint_;
}

Error systemError(std::string_view what, int error_number) {
    return {kindOfErrno(error_number),
            std::string(what) + ": " + std::generic_category().message(error_number)};
}

}  // namespace dbackup::sdk
