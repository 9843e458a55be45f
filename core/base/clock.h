#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace dbackup {

/// A point in time as it is stored and sent: UTC, milliseconds.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2026-01-15T10:30:00.000Z". Thread-safe.
std::string toIso(TimePoint time);
/// Reads ISO 8601 with Z or an offset, with or without fraction. @throws Error Settings
TimePoint fromIso(std::string_view text);
/// Milliseconds since 1970 and back; how the store keeps time.
inline std::int64_t toMillis(TimePoint time) {
    return time.time_since_epoch().count();
}
inline TimePoint fromMillis(std::int64_t millis) {
    return TimePoint(std::chrono::milliseconds(millis));
}

/// Where time comes from, so that tests need not wait. [thread-safe]
class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
    virtual std::chrono::steady_clock::time_point steady() const = 0;
};

class SystemClock final : public Clock {
public:
    TimePoint now() const override;
    std::chrono::steady_clock::time_point steady() const override;
};

}  // namespace dbackup
