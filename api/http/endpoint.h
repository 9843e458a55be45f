#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "api/http/authenticator.h"
#include "api/http/client_address.h"
#include "api/http/exchange.h"
#include "api/http/rate_limiter.h"
#include "api/http/router.h"
#include "core/base/log.h"

namespace dbackup::api {

/// What every request goes through, in this order: request id, client address, rate limit, route,
/// authentication, permission, body, handler; and what every exception ends in. [thread-safe]
class Endpoint {
public:
    /// All must outlive it.
    struct Parts {
        const Router& router;
        RateLimiter& limiter;
        Authenticator& authenticator;
        const TrustedProxies& proxies;
        const Log& log;
    };
    explicit Endpoint(const Parts& parts) : parts_(parts) {}

    /// Answers one request, always. Throws only what the connection throws while it sends.
    void serve(Exchange& exchange);
    /// From now on only GET, HEAD and OPTIONS are served; anything else is answered with 503.
    void refuseChanges() noexcept { stopping_ = true; }

private:
    struct Call;
    class Stream;

    /// The answer, or nothing when a stream was served.
    std::optional<Response> answer(Exchange& exchange, Call& call);
    std::optional<Response> guarded(Exchange& exchange, Call& call);
    std::optional<Response> refusal(Call& call);
    Response unrouted(const Call& call, const std::string& allow) const;
    void runStream(const StreamHandler& handler, Exchange& exchange, const Call& call);
    void logFailure(const Call& call, std::string_view text) const;

    Parts parts_;
    std::atomic<bool> stopping_{false};
};

}  // namespace dbackup::api
