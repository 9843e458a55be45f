#pragma once

#include <exception>
#include <map>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "core/base/error.h"

namespace dbackup::api {

/// The HTTP status for an Error's kind. Who may not enter a *database* is told 422: 401 and 403 are about
/// us and the caller's key. Thread-safe.
int statusOf(ErrorKind kind) noexcept;

/// `{"success":false,"error":...,"details":...}`; details only if there are any. Thread-safe.
Response errorResponse(int status,
                       std::string_view message,
                       const std::map<std::string, std::string>& details = {});

/// What went wrong in a handler, as it is answered and as it is logged.
struct Failure {
    Response response;
    std::string log_text;  ///< empty: nobody but the caller needs to know
};

/// Any exception, foreign ones included. Never throws but for want of memory. Thread-safe.
/// @param request_id  named in the answer when the fault is ours
Failure failureFrom(const std::exception_ptr& exception, std::string_view request_id);

}  // namespace dbackup::api
