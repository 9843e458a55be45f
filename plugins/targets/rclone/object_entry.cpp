#include "object_entry.h"

#include <array>
#include <cstdlib>
#include <ctime>

#include <dbackup/sdk/error.h>

namespace dbackup::rclone {

namespace {

using Clock = std::chrono::system_clock;

/// The stronger first.
constexpr std::array<std::string_view, 4> hash_names{"sha256", "sha1", "md5", "quickxor"};

std::string checksumOf(const sdk::Settings& hashes) {
    for (const std::string_view name : hash_names) {
        const std::string value = hashes.text(name);
        if (!value.empty()) return std::string(name) + ":" + value;
    }
    return {};
}

/// Seconds that a local time is ahead of UTC: "Z" or "+01:00" at the end of the text.
std::chrono::seconds aheadOf(std::string_view text) {
    if (text.size() < 6 || text.ends_with('Z')) return {};
    const std::string zone(text.substr(text.size() - 6));
    if (zone[0] != '+' && zone[0] != '-') return {};
    const long hours = std::strtol(zone.substr(1, 2).c_str(), nullptr, 10);
    const long minutes = std::strtol(zone.substr(4, 2).c_str(), nullptr, 10);
    const std::chrono::seconds ahead((hours * 60 + minutes) * 60);
    return zone[0] == '-' ? -ahead : ahead;
}

}  // namespace

std::chrono::system_clock::time_point timeOf(const std::string& text) {
    std::tm parts{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return {};
    Clock::time_point time = Clock::from_time_t(timegm(&parts)) - aheadOf(text);
    if (*rest == '.') {
        const double fraction = std::strtod(std::string(rest).c_str(), nullptr);
        time += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(fraction));
    }
    return time;
}

std::optional<sdk::ObjectInfo> objectEntry(const sdk::Settings& entry, const std::string& folder) {
    if (entry.flag("IsDir")) return std::nullopt;
    const std::string path = entry.text("Path");
    const std::int64_t size = entry.integer("Size", -1);
    if (path.empty() || size < 0) {
        throw sdk::Error(
            sdk::ErrorKind::ToolFailed,
            "rclone lsjson tells of \"" + path + "\" the size " + std::to_string(size),
            "Objects of unknown size, such as Google's own documents, cannot be kept beside backups");
    }
    sdk::ObjectInfo info;
    info.name = folder + path;
    info.size_bytes = static_cast<std::uint64_t>(size);
    info.modified = timeOf(entry.text("ModTime"));
    info.checksum = checksumOf(entry.object("Hashes"));
    return info;
}

}  // namespace dbackup::rclone
