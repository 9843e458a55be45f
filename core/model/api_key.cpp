#include "core/model/api_key.h"

#include <algorithm>

#include "core/base/ids.h"

namespace dbackup {

const std::set<std::string, std::less<>>& knownPermissions() {
    static const std::set<std::string, std::less<>> permissions = {
        "users:read",
        "users:write",
        "groups:read",
        "groups:write",
        "sources:view",
        "sources:read",
        "sources:write",
        "destinations:read",
        "destinations:write",
        "jobs:read",
        "jobs:write",
        "jobs:execute",
        "storage:read",
        "storage:download",
        "storage:restore",
        "storage:delete",
        "history:read",
        "audit:read",
        "notifications:read",
        "notifications:write",
        "vault:read",
        "vault:write",
        "credentials:read",
        "credentials:write",
        "credentials:delete",
        "credentials:reveal",
        "profile:update_name",
        "profile:update_email",
        "profile:update_password",
        "profile:manage_2fa",
        "profile:manage_passkeys",
        "profile:manage_sso",
        "settings:read",
        "settings:write",
        "api-keys:read",
        "api-keys:write",
        "templates:read",
        "templates:write",
    };
    return permissions;
}

bool grants(const std::vector<std::string>& permissions, std::string_view permission) {
    const auto has = [&](std::string_view wanted) {
        return std::find(permissions.begin(), permissions.end(), wanted) != permissions.end();
    };
    // Documents written for the reference say that sources:read lists sources.
    return has(permission) || (permission == "sources:view" && has("sources:read"));
}

std::string newRawKey() {
    return "dbackup_" + randomHex(30);
}

}  // namespace dbackup
