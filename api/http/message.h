#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/model/api_key.h"

namespace dbackup::api {

/// Who asks, once the credentials were accepted.
struct Principal {
    std::string key_id;
    std::string label;  ///< name of the key
    std::vector<std::string> permissions;
};

/// A request after parsing, limits and authentication. Handlers see nothing of Poco.
struct Request {
    std::string id;      ///< X-Request-Id
    std::string method;  ///< "GET"
    std::string path;    ///< without /api, /api/v1 and query: "/jobs/42/run"
    std::map<std::string, std::string, std::less<>> params;  ///< ":id" of the pattern -> "id"
    std::map<std::string, std::string, std::less<>> query;   ///< decoded; of several equal names the first
    std::string content_type;
    std::string body;  ///< at most 1 MiB
    std::string client_address;
    std::string base_url;  ///< "http://host:port" as the client sees us
    std::string range;     ///< the field Range
    std::string if_range;  ///< the field If-Range
    Principal principal;   ///< empty on routes without permission

    /// A path parameter. @throws Error Internal when the pattern has none of that name
    const std::string& param(std::string_view name) const;
    std::optional<std::string> queryValue(std::string_view name) const;
    /// The body as a JSON object. @throws Error Settings that says where it is malformed
    JsonObject::Ptr json() const;
    /// True if the principal has it.
    bool may(std::string_view permission) const { return grants(principal.permissions, permission); }
    /// @throws HttpError 403 `Permission denied: X required`
    void require(std::string_view permission) const;
};

struct Response {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::map<std::string, std::string> headers;
    /// Of a body that is streamed: how long it will be, if that is known.
    std::optional<std::uint64_t> stream_bytes = {};
};

/// 200 (or another status) with a JSON body as it is.
Response json(const JsonVar& body, int status = 200);
/// `{"success":true,"data":...}`
Response data(const JsonVar& payload, int status = 200);

/// An answer other than the one asked for, where the kind of an Error does not say enough.
class HttpError : public std::exception {
public:
    /// @param details  field -> reason, for 400
    HttpError(int status, std::string message, std::map<std::string, std::string> details = {});
    const char* what() const noexcept override { return message_.c_str(); }
    int status() const noexcept { return status_; }
    const std::map<std::string, std::string>& details() const noexcept { return details_; }

private:
    int status_;
    std::string message_;
    std::map<std::string, std::string> details_;
};

/// A body that is sent piece by piece (server-sent events, downloads).
class BodyStream {
public:
    BodyStream() = default;
    BodyStream(const BodyStream&) = delete;
    BodyStream& operator=(const BodyStream&) = delete;
    virtual ~BodyStream() = default;
    /// Sends the head; once, first. With a length that is known, a body of another length is one that was
    /// cut.
    virtual void begin(const Response& head) = 0;
    /// @return false when the client has gone
    virtual bool send(std::string_view bytes) = 0;
    /// The server is stopping: end soon. Wait on this token, never without it.
    virtual std::stop_token stop() const = 0;
};

}  // namespace dbackup::api
