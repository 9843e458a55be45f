#include "api/http/rate_limiter.h"

#include <algorithm>
#include <utility>

#include "api/http/limits.h"

namespace dbackup::api {

RateLimiter::RateLimiter(LimitOf limit_of, const Clock& clock)
    : limit_of_(std::move(limit_of)), clock_(clock) {}

std::optional<RateDecision> RateLimiter::take(const std::string& address, RateCategory category) {
    const std::optional<RateLimit> limit = limit_of_(category);
    if (!limit) {
        return std::nullopt;
    }
    const auto now = clock_.steady();
    const std::scoped_lock lock(mutex_);
    Window& window =
        windowOf(categories_.at(static_cast<std::size_t>(category)), address, now, limit->window);
    const auto left = std::chrono::ceil<std::chrono::seconds>(window.start + limit->window - now);
    RateDecision decision{window.used < limit->points, limit->points, 0, left};
    if (decision.allowed) {
        ++window.used;
    }
    decision.remaining = std::max<std::int64_t>(0, limit->points - window.used);
    return decision;
}

RateLimiter::Window& RateLimiter::windowOf(Category& category,
                                           const std::string& address,
                                           std::chrono::steady_clock::time_point now,
                                           std::chrono::seconds length) {
    auto& windows = category.windows;
    auto& by_address = category.by_address;
    const auto forget_first = [&] {
        by_address.erase(windows.front().address);
        windows.pop_front();
    };
    while (!windows.empty() && now - windows.front().start >= length) {
        forget_first();
    }
    if (const auto known = by_address.find(address); known != by_address.end()) {
        return *known->second;
    }
    if (windows.size() >= limits::rate_clients) {
        forget_first();
    }
    windows.push_back({address, now, 0});
    by_address.emplace(windows.back().address, std::prev(windows.end()));
    return windows.back();
}

}  // namespace dbackup::api
