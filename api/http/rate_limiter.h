#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/clock.h"

namespace dbackup::api {

enum class RateCategory { None = 0, Auth, Read, Write };

struct RateLimit {
    std::int64_t points = 0;  ///< requests in one window
    std::chrono::seconds window{0};
};

struct RateDecision {
    bool allowed = false;
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::chrono::seconds reset{0};  ///< until the window ends, rounded up
};

/// Counts requests per client address and category in fixed windows. What it remembers is bounded: when
/// too many addresses come, the ones whose windows began first are forgotten. [thread-safe]
class RateLimiter {
public:
    /// The limit in force now; nothing = not limited. Called for every request, from any thread.
    using LimitOf = std::function<std::optional<RateLimit>(RateCategory)>;

    /// @param clock  must outlive it
    RateLimiter(LimitOf limit_of, const Clock& clock);

    /// Takes one point. @return nothing when requests of this category are not limited
    std::optional<RateDecision> take(const std::string& address, RateCategory category);

private:
    struct Window {
        std::string address;
        std::chrono::steady_clock::time_point start;
        std::int64_t used = 0;
    };
    // In the order in which the windows began, so the outdated ones are at the front.
    struct Category {
        std::list<Window> windows;
        std::unordered_map<std::string_view, std::list<Window>::iterator> by_address;
    };

    static Window& windowOf(Category& category,
                            const std::string& address,
                            std::chrono::steady_clock::time_point now,
                            std::chrono::seconds length);

    LimitOf limit_of_;
    const Clock& clock_;
    std::mutex mutex_;
    std::array<Category, 4> categories_;
};

}  // namespace dbackup::api
