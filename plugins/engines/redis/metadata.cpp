#include "metadata.h"

#include <array>
#include <sstream>
#include <utility>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/settings.h>

#include "dump.h"

namespace dbackup::redis {

namespace {

std::string at(const std::map<std::string, std::string>& info, const std::string& key) {
    const auto found = info.find(key);
    return found == info.end() ? std::string() : found->second;
}

/// "name=search,ver=20606,api=1,..." -> "search"
std::vector<std::string> modulesFrom(const std::string& lines) {
    std::vector<std::string> names;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        constexpr std::string_view mark = "name=";
        if (line.starts_with(mark)) names.push_back(line.substr(mark.size(), line.find(',') - mark.size()));
    }
    return names;
}

std::pair<int, int> majorAndMinor(const std::string& version) {
    std::istringstream in(version);
    int major = 0;
    int minor = 0;
    char dot = 0;
    in >> major >> dot >> minor;
    return {major, minor};
}

}  // namespace

Metadata Metadata::of(const std::map<std::string, std::string>& info) {
    Metadata found;
    const std::string valkey = at(info, "valkey_version");
    found.server = valkey.empty() ? "redis" : "valkey";
    found.version = valkey.empty() ? at(info, "redis_version") : valkey;
    found.modules = modulesFrom(at(info, "module"));
    found.keys = keyCount(info);
    found.keys_of = keyCounts(info);
    return found;
}

Metadata Metadata::fromJson(const std::string& json) {
    const sdk::Settings object(json);
    Metadata found;
    found.server = object.text("server");
    found.version = object.text("serverVersion");
    found.modules = object.list("modules");
    found.keys = static_cast<std::uint64_t>(object.integer("keys"));
    found.rdb_version = static_cast<int>(object.integer("rdbVersion"));
    return found;
}

std::string Metadata::toJson() const {
    Poco::JSON::Array list;
    for (const std::string& each : modules)
        list.add(each);
    Poco::JSON::Object object;
    object.set("server", server).set("serverVersion", version).set("modules", list).set("keys", keys);
    Poco::JSON::Object databases;
    for (const auto& [database, count] : keys_of)
        databases.set(database, count);
    object.set("databases", databases);
    object.set("rdbVersion", rdb_version);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

std::optional<int> newestRdbVersion(const Metadata& server) {
    const auto version = majorAndMinor(server.version);
    if (server.server == "valkey") {
        constexpr int of_seven_and_eight = 11;
        return version < std::pair(9, 0) ? std::optional(of_seven_and_eight) : std::nullopt;
    }
    using Release = std::pair<std::pair<int, int>, int>;
    constexpr std::array<Release, 7> releases = {
        {{{7, 4}, 12}, {{7, 2}, 11}, {{7, 0}, 10}, {{5, 0}, 9}, {{4, 0}, 8}, {{3, 2}, 7}, {{2, 6}, 6}}};
    if (version >= std::pair(8, 0)) return std::nullopt;
    for (const auto& [since, format] : releases) {
        if (version >= since) return format;
    }
    return 0;
}

}  // namespace dbackup::redis
