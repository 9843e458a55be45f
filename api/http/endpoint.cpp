#include "api/http/endpoint.h"

#include <algorithm>
#include <array>
#include <utility>

#include <Poco/String.h>

#include "api/http/failure.h"
#include "api/http/limits.h"
#include "api/http/uri_text.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

// api.md 7.4. Pages may bring their own policy; an answer in JSON needs nothing at all.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> security_fields = {{
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Cache-Control", "no-store"},
}};

bool isRead(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

std::string requestIdFrom(const std::string& given) {
    const bool sane = !given.empty() && given.size() <= limits::request_id_bytes &&
                      std::all_of(given.begin(), given.end(), [](char c) {
                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 c == '-' || c == '_' || c == '.' || c == ':';
                      });
    return sane ? given : randomHex(8);
}

// Takes "/api" or "/api/v1" off. @return false when the path lies outside
bool enterApi(std::string_view& path) {
    for (const std::string_view base : {"/api/v1", "/api"}) {
        if (path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/')) {
            path.remove_prefix(base.size());
            return true;
        }
    }
    return false;
}

std::string_view pathOfTarget(std::string_view target) {
    if (!target.starts_with('/')) {
        // RFC 9112, 3.2.2: the absolute form, as clients send it to a proxy.
        const std::size_t authority = target.find("://");
        const std::size_t slash =
            authority == std::string_view::npos ? authority : target.find('/', authority + 3);
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    return target.substr(0, target.find('#'));
}

// Of several fields of one name the last is the nearest proxy's, so none may be left out.
std::string allValues(const Poco::Net::HTTPRequest& head, const std::string& name) {
    std::string values;
    for (auto field = head.find(name); field != head.end(); ++field) {
        if (Poco::icompare(field->first, name) == 0) {
            values += (values.empty() ? "" : ",") + field->second;
        }
    }
    return values;
}

std::string baseUrl(const Exchange& exchange, const TrustedProxies& proxies) {
    const auto& head = exchange.head();
    std::string scheme = exchange.secure() ? "https" : "http";
    if (!proxies.empty() && proxies.contains(exchange.peer()) &&
        head.get("X-Forwarded-Proto", "") == "https") {
        scheme = "https";
    }
    std::string authority = head.get("Host", "");
    const bool sane = !authority.empty() && std::all_of(authority.begin(), authority.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '.' || c == ':' || c == '[' || c == ']' || c == '_';
    });
    return scheme + "://" + (sane ? authority : exchange.localAuthority());
}

}  // namespace

/// A request on its way through.
struct Endpoint::Call {
    Request request;
    bool inside_api = false;
    bool secure = false;
    std::optional<RateDecision> rate;

    /// The lines that every answer has, but for those that the answer brings itself.
    std::string commonFields(const Response& response) const {
        std::string lines;
        lines.reserve(512);
        const auto add = [&](std::string_view name, std::string_view value) {
            if (!response.headers.empty() && response.headers.contains(std::string(name))) {
                return;
            }
            lines.append(name).append(": ").append(value).append("\r\n");
        };
        add("X-Request-Id", request.id);
        for (const auto& [name, value] : security_fields) {
            add(name, value);
        }
        if (secure) {
            add("Strict-Transport-Security", "max-age=31536000");
        }
        if (rate) {
            add("RateLimit-Limit", std::to_string(rate->limit));
            add("RateLimit-Remaining", std::to_string(rate->remaining));
            add("RateLimit-Reset", std::to_string(rate->reset.count()));
        }
        return lines;
    }
};

/// The BodyStream that a handler sees.
class Endpoint::Stream final : public BodyStream {
public:
    Stream(Exchange& exchange, const Call& call) : exchange_(exchange), call_(call) {}
    void begin(const Response& head) override {
        begun_ = true;
        exchange_.beginStream(head, call_.commonFields(head));
    }
    bool send(std::string_view bytes) override { return exchange_.sendPiece(bytes); }
    std::stop_token stop() const override { return exchange_.stop(); }
    bool begun() const noexcept { return begun_; }

private:
    Exchange& exchange_;
    const Call& call_;
    bool begun_ = false;
};

void Endpoint::serve(Exchange& exchange) {
    Call call;
    if (const auto response = guarded(exchange, call)) {
        exchange.reply(*response, call.commonFields(*response));
    }
}

std::optional<Response> Endpoint::guarded(Exchange& exchange, Call& call) {
    try {
        return answer(exchange, call);
    } catch (...) {
        Failure failure = failureFrom(std::current_exception(), call.request.id);
        if (!failure.log_text.empty()) {
            logFailure(call, failure.log_text);
        }
        if (failure.response.status == 401) {
            failure.response.headers["WWW-Authenticate"] = "Bearer";
            parts_.log.info("refused: " + call.request.method + ' ' + call.request.path + " from " +
                            call.request.client_address + " without a valid API key");
        }
        return std::move(failure.response);
    }
}

std::optional<Response> Endpoint::answer(Exchange& exchange, Call& call) {
    const auto& head = exchange.head();
    Request& request = call.request;
    request.id = requestIdFrom(head.get("X-Request-Id", ""));
    request.method = head.getMethod();
    request.client_address =
        parts_.proxies.empty() ? exchange.peer()
                               : parts_.proxies.clientOf(exchange.peer(), allValues(head, "X-Forwarded-For"));
    call.secure = exchange.secure();

    std::string_view target = pathOfTarget(head.getURI());
    std::string_view path = target.substr(0, target.find('?'));
    const std::string_view query = target.substr(std::min(path.size() + 1, target.size()));
    call.inside_api = enterApi(path);
    request.path = call.inside_api ? std::string(path) : '!' + std::string(path);
    if (auto refused = refusal(call)) {
        return refused;
    }

    Router::Match match = parts_.router.match(request.method, request.path);
    if (match.route == nullptr) {
        return unrouted(call, match.allow);
    }
    const Access& access = match.route->access;
    if (access.kind != Access::Kind::Public) {
        request.principal = parts_.authenticator.authenticate(head.get("Authorization", ""));
    }
    if (access.kind == Access::Kind::Permission) {
        request.require(access.permission);
    }
    request.params = std::move(match.params);
    request.query = parseQuery(query);
    request.content_type = head.getContentType();
    request.range = head.get("Range", "");
    request.if_range = head.get("If-Range", "");
    request.base_url = baseUrl(exchange, parts_.proxies);
    request.body = exchange.readBody();
    if (const auto* handler = std::get_if<Handler>(&match.route->handler)) {
        return (*handler)(request);
    }
    runStream(std::get<StreamHandler>(match.route->handler), exchange, call);
    return std::nullopt;
}

// What is refused before anybody looks at the path.
std::optional<Response> Endpoint::refusal(Call& call) {
    const Request& request = call.request;
    if (call.inside_api) {
        const bool is_auth = request.path.starts_with("/auth/");
        const RateCategory category = is_auth                  ? RateCategory::Auth
                                      : isRead(request.method) ? RateCategory::Read
                                                               : RateCategory::Write;
        call.rate = parts_.limiter.take(rateKey(request.client_address), category);
        if (call.rate && !call.rate->allowed) {
            const std::string seconds = std::to_string(call.rate->reset.count());
            Response response = errorResponse(
                429,
                "Too many requests: at most " + std::to_string(call.rate->limit) +
                    " of this kind from one address in a time window; try again in " + seconds + " seconds");
            response.headers["Retry-After"] = seconds;
            return response;
        }
    }
    if (stopping_ && !isRead(request.method)) {
        Response response = errorResponse(503, "The service is stopping; try again when it is back");
        response.headers["Retry-After"] = "10";
        return response;
    }
    return std::nullopt;
}

Response Endpoint::unrouted(const Call& call, const std::string& allow) const {
    if (allow.empty()) {
        return errorResponse(404, "Not found: no such path");
    }
    Response response;
    if (call.request.method == "OPTIONS") {
        response.status = 204;
    } else {
        response = errorResponse(405, "Method not allowed here; allowed: " + allow);
    }
    response.headers["Allow"] = allow;
    return response;
}

void Endpoint::runStream(const StreamHandler& handler, Exchange& exchange, const Call& call) {
    Stream stream(exchange, call);
    try {
        handler(call.request, stream);
    } catch (...) {
        if (!stream.begun()) {
            throw;
        }
        // Too late for a status: the answer stays without its end, so that the client sees that it was cut.
        const Failure failure = failureFrom(std::current_exception(), call.request.id);
        logFailure(
            call,
            "the answer was cut: " + (failure.log_text.empty() ? failure.response.body : failure.log_text));
        return;
    }
    if (!stream.begun()) {
        throw Error(ErrorKind::Internal, "the handler sent nothing");
    }
    exchange.endStream();
}

void Endpoint::logFailure(const Call& call, std::string_view text) const {
    const Request& request = call.request;
    parts_.log.error(request.method + ' ' + request.path + ": " + std::string(text), "request=" + request.id);
}

}  // namespace dbackup::api
