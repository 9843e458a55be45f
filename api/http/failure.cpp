#include "api/http/failure.h"

#include <Poco/Exception.h>

namespace dbackup::api {

namespace {

Failure ourFault(const std::string& what, std::string_view request_id) {
    const std::string message =
        "Internal error; the service's log tells more under request " + std::string(request_id);
    return {errorResponse(500, message), what};
}

Failure fromError(const Error& error, std::string_view request_id) {
    const int status = statusOf(error.kind());
    if (status == 500) {
        return {errorResponse(500, error.text() + " (request " + std::string(request_id) + ")"),
                error.text()};
    }
    return {errorResponse(status, error.text()), status == 503 ? error.text() : std::string()};
}

}  // namespace

int statusOf(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::Settings:
        case ErrorKind::Unsupported:
            return 400;
        case ErrorKind::NotFound:
            return 404;
        case ErrorKind::AlreadyExists:
            return 409;
        case ErrorKind::Authentication:
        case ErrorKind::Permission:
        case ErrorKind::ToolMissing:
        case ErrorKind::ToolFailed:
        case ErrorKind::Integrity:
            return 422;
        case ErrorKind::Unavailable:
        case ErrorKind::NoSpace:
        case ErrorKind::Cancelled:
            return 503;
        case ErrorKind::None:
        case ErrorKind::Internal:
            break;
    }
    return 500;
}

Response errorResponse(int status,
                       std::string_view message,
                       const std::map<std::string, std::string>& details) {
    JsonObject::Ptr body = newObject();
    body->set("success", false);
    body->set("error", std::string(message));
    if (!details.empty()) {
        JsonObject::Ptr reasons = newObject();
        for (const auto& [field, reason] : details) {
            reasons->set(field, reason);
        }
        body->set("details", reasons);
    }
    return json(body, status);
}

Failure failureFrom(const std::exception_ptr& exception, std::string_view request_id) {
    try {
        std::rethrow_exception(exception);
    } catch (const HttpError& error) {
        return {errorResponse(error.status(), error.what(), error.details()),
                error.status() == 500 ? error.what() : ""};
    } catch (const Error& error) {
        return fromError(error, request_id);
    } catch (const Poco::Exception& error) {
        return ourFault(error.displayText(), request_id);
    } catch (const std::exception& error) {
        return ourFault(error.what(), request_id);
    } catch (...) {
        return ourFault("an exception that is no std::exception", request_id);
    }
}

}  // namespace dbackup::api
