#pragma once

#include <mutex>

#include "core/base/clock.h"

namespace dbackup::test {

/// A clock that stands still until it is told to move. [thread-safe]
class FakeClock final : public Clock {
public:
    TimePoint now() const override {
        const std::scoped_lock lock(mutex_);
        return now_;
    }
    std::chrono::steady_clock::time_point steady() const override {
        const std::scoped_lock lock(mutex_);
        return std::chrono::steady_clock::time_point(now_.time_since_epoch());
    }
    void advance(std::chrono::milliseconds by) {
        const std::scoped_lock lock(mutex_);
        now_ += by;
    }

private:
    mutable std::mutex mutex_;
    TimePoint now_ = fromIso("2026-01-15T10:30:00.000Z");
};

}  // namespace dbackup::test
