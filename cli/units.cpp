#include "cli/units.h"

#include <array>
#include <cstdio>
#include <ctime>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>

namespace dbackup::cli {

namespace {

std::string twoDigits(std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string oneDecimal(double value) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.1f", value);
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

}  // namespace

std::string bytesText(std::int64_t bytes) {
    constexpr std::array<const char*, 5> units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024) return std::to_string(bytes) + " B";
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return oneDecimal(value) + ' ' + units.at(unit);
}

std::string durationText(std::chrono::milliseconds duration) {
    const std::int64_t seconds = duration.count() / 1000;
    if (duration.count() < 10'000) return oneDecimal(static_cast<double>(duration.count()) / 1000) + " s";
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600) return std::to_string(seconds / 60) + " m " + twoDigits(seconds % 60) + " s";
    if (seconds < 86'400) return std::to_string(seconds / 3600) + " h " + twoDigits(seconds / 60 % 60) + " m";
    return std::to_string(seconds / 86'400) + " d " + twoDigits(seconds / 3600 % 24) + " h";
}

std::string clockText(std::chrono::seconds duration) {
    const std::int64_t seconds = duration.count();
    const std::string tail = twoDigits(seconds % 60);
    if (seconds < 3600) return std::to_string(seconds / 60) + ':' + tail;
    return std::to_string(seconds / 3600) + ':' + twoDigits(seconds / 60 % 60) + ':' + tail;
}

std::chrono::system_clock::time_point timeFrom(const std::string& iso) {
    Poco::DateTime time;
    int zone = 0;
    // Poco takes "never" for a time as well.
    if (iso.size() < std::string_view("2026-01-15T10:30:00Z").size() || iso[10] != 'T' ||
        !Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::ISO8601_FRAC_FORMAT, iso, time, zone)) {
        return {};
    }
    return std::chrono::system_clock::time_point(
        std::chrono::microseconds(time.timestamp().epochMicroseconds()));
}

std::string localTime(const std::string& iso) {
    const auto point = timeFrom(iso);
    if (point == std::chrono::system_clock::time_point()) return iso;
    const std::time_t seconds = std::chrono::system_clock::to_time_t(point);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return {text.data(), size};
}

}  // namespace dbackup::cli
