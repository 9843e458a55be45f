#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dbackup/sdk/export.h>

namespace dbackup::sdk {

/// What the caller should do next; one table maps a kind to HTTP status, exit code and retry.
enum class ErrorKind {
    None = 0,        ///< never thrown
    Settings,        ///< a setting is wrong or missing: change it
    Authentication,  ///< the server refused who we are
    Permission,      ///< the account or the process may not do this
    NotFound,        ///< the named thing does not exist
    AlreadyExists,   ///< the name is taken, or the target has data
    Unavailable,     ///< unreachable, lost in mid-stream, or too slow
    ToolMissing,     ///< no installed vendor tool fits
    ToolFailed,      ///< a vendor tool ended badly or its output is incomplete
    NoSpace,         ///< disk or quota full
    Integrity,       ///< bytes are not what was written
    Unsupported,     ///< cannot be done with this version, engine or target
    Cancelled,       ///< asked to stop; never swallow it
    Internal,        ///< our own fault, or a foreign exception
};

/// The kind's name as it crosses the worker protocol ("ToolFailed"). Thread-safe.
DBACKUP_SDK_EXPORT std::string_view toString(ErrorKind kind) noexcept;
/// The kind of that name; ErrorKind::Internal for an unknown one. Thread-safe.
DBACKUP_SDK_EXPORT ErrorKind errorKindFrom(std::string_view name) noexcept;

/// The one exception of the SDK and the core. The message says what failed and on what; the hint says
/// what to do. Neither ever holds a secret.
class DBACKUP_SDK_EXPORT Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& message, std::string hint = {});
    Error(const Error&) = default;
    Error& operator=(const Error&) = default;
    ~Error() override;

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& hint() const noexcept { return hint_; }
    /// True only if the same call may later succeed unchanged.
    bool retryable() const noexcept { return retryable_; }
    /// Marks the error as retryable; for `throw Error(...).canRetry()`.
    Error& canRetry(bool yes = true) noexcept;
    /// Message and hint in one sentence pair, as people read it: "message. hint".
    std::string text() const;

private:
    ErrorKind kind_;
    bool retryable_ = false;
    std::string hint_;
};

/// An Error of kind Unavailable, NoSpace, Permission, NotFound, AlreadyExists or Internal for an errno
/// value: "cannot write /x/y: No space left on device". Thread-safe.
/// @param what  what was tried, on what: "cannot write /x/y"
/// @param error_number  an errno value
DBACKUP_SDK_EXPORT Error systemError(std::string_view what, int error_number);

}  // namespace dbackup::sdk
