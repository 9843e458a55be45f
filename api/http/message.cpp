#include "api/http/message.h"

#include "core/base/error.h"

namespace dbackup::api {

const std::string& Request::param(std::string_view name) const {
    const auto found = params.find(name);
    if (found == params.end()) {
        throw Error(ErrorKind::Internal, "the route has no parameter ':" + std::string(name) + "'");
    }
    return found->second;
}

std::optional<std::string> Request::queryValue(std::string_view name) const {
    const auto found = query.find(name);
    if (found == query.end()) {
        return std::nullopt;
    }
    return found->second;
}

JsonObject::Ptr Request::json() const {
    return parseJsonObject(body, "the request body");
}

void Request::require(std::string_view permission) const {
    if (!may(permission)) {
        throw HttpError(403, "Permission denied: " + std::string(permission) + " required");
    }
}

Response json(const JsonVar& body, int status) {
    Response response;
    response.status = status;
    response.body = toText(body);
    return response;
}

Response data(const JsonVar& payload, int status) {
    Response response;
    response.status = status;
    response.body = R"({"success":true,"data":)" + toText(payload) + '}';
    return response;
}

HttpError::HttpError(int status, std::string message, std::map<std::string, std::string> details)
    : status_(status), message_(std::move(message)), details_(std::move(details)) {}

}  // namespace dbackup::api
