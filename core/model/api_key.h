#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace dbackup {

struct ApiKey {
    std::string id;
    std::string name;
    std::string prefix;  ///< first 16 characters of the key
    std::string hash;    ///< lower-case hex SHA-256 of the key
    std::vector<std::string> permissions;
    std::optional<TimePoint> expires_at;
    bool enabled = true;
    std::optional<TimePoint> last_used_at;
    TimePoint created_at{};
};

/// All permissions of the contract (api.md 1.5), sorted.
const std::set<std::string, std::less<>>& knownPermissions();
/// Does a list grant a permission? `sources:read` implies `sources:view`.
bool grants(const std::vector<std::string>& permissions, std::string_view permission);
/// A new raw key: "dbackup_" + 60 lower-case hex digits of 30 random bytes.
std::string newRawKey();

}  // namespace dbackup
