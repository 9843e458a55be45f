#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dbackup::cli {

/// "0 B", "999 B", "1.0 KiB", "64.3 GiB"
std::string bytesText(std::int64_t bytes);
/// "0.3 s", "12 s", "1 m 05 s", "2 h 03 m", "3 d 04 h"
std::string durationText(std::chrono::milliseconds duration);
/// "0:32", "12:05", "3:07:00": for clocks that count down.
std::string clockText(std::chrono::seconds duration);
/// "2026-01-15T10:30:00.000Z" as local time, "2026-01-15 11:30:00"; what is no such time stays as it is.
std::string localTime(const std::string& iso);
/// The same as a point in time. @return the epoch when it is none
std::chrono::system_clock::time_point timeFrom(const std::string& iso);

}  // namespace dbackup::cli
