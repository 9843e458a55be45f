#pragma once

#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

namespace dbackup::files {

/// Names of this machine's users and groups, remembered: each file of a tree asks for them. [one thread]
class UserNames {
public:
    /// "" when there is none.
    const std::string& user(uid_t id);
    const std::string& group(gid_t id);
    std::optional<uid_t> userId(const std::string& name);
    std::optional<gid_t> groupId(const std::string& name);

private:
    std::map<uid_t, std::string> users_;
    std::map<gid_t, std::string> groups_;
    std::map<std::string, std::optional<uid_t>> user_ids_;
    std::map<std::string, std::optional<gid_t>> group_ids_;
};

}  // namespace dbackup::files
