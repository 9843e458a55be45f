#include "server_version.h"

#include <array>
#include <charconv>
#include <tuple>

namespace dbackup::mysql {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// The "10.11.19" at the start of a text.
bool readNumbers(std::string_view text, ServerVersion& version) {
    std::array<int, 3> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), numbers.at(i));
        if (error != std::errc()) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const bool last = i + 1 == numbers.size();
        if (last) break;
        if (!text.starts_with('.')) return false;
        text.remove_prefix(1);
    }
    std::tie(version.major, version.minor, version.patch) = std::tuple(numbers[0], numbers[1], numbers[2]);
    return true;
}

}  // namespace

ServerVersion ServerVersion::ofServer(std::string_view text) {
    ServerVersion version;
    // Replicas of old are told that a MariaDB server is 5.5.5.
    if (text.starts_with("5.5.5-")) text.remove_prefix(6);
    readNumbers(text, version);
    version.mariadb = text.find("MariaDB") != std::string_view::npos;
    return version;
}

ServerVersion ServerVersion::ofTool(std::string_view text) {
    // "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, ...": the first is the tool's own number.
    // "mariadb-dump from 11.4.2-MariaDB, client 10.19 for ..."  "mysqldump  Ver 8.0.36 for Linux on ..."
    for (const std::string_view mark : {" Distrib ", " from ", " Ver "}) {
        const std::size_t at = text.find(mark);
        if (at == std::string_view::npos || at + mark.size() >= text.size()) continue;
        const std::string_view rest = text.substr(at + mark.size());
        ServerVersion version;
        if (!isDigit(rest.front()) || !readNumbers(rest, version)) continue;
        version.mariadb = text.find("MariaDB") != std::string_view::npos;
        return version;
    }
    return {};
}

bool ServerVersion::atLeast(int wanted_major, int wanted_minor, int wanted_patch) const {
    return std::tie(major, minor, patch) >= std::tie(wanted_major, wanted_minor, wanted_patch);
}

std::string ServerVersion::text() const {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace dbackup::mysql
