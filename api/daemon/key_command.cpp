#include "api/daemon/key_command.h"

#include <algorithm>
#include <ostream>

#include "api/daemon/state_folder.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/model/api_key.h"
#include "core/store/database.h"
#include "core/store/key_store.h"

namespace dbackup::daemon {

namespace {

constexpr std::size_t name_limit = 100;  // api.md 1.2
constexpr std::size_t prefix_size = 16;

std::vector<std::string> permissionsFrom(std::string_view text) {
    const auto& known = knownPermissions();
    if (text == "all") {
        return {known.begin(), known.end()};
    }
    std::vector<std::string> permissions;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        const std::string permission(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (permission.empty()) {
            continue;
        }
        if (!known.contains(permission)) {
            std::string all;
            for (const std::string& name : known) {
                all += (all.empty() ? "" : ", ") + name;
            }
            throw Error(
                ErrorKind::Settings, "there is no permission '" + permission + "'", "known are all, " + all);
        }
        permissions.push_back(permission);
    }
    if (permissions.empty()) {
        throw Error(
            ErrorKind::Settings, "no permissions given", "use --permissions=jobs:execute,history:read");
    }
    return permissions;
}

}  // namespace

void createKey(const Config& config, const KeyRequest& request, std::ostream& out) {
    if (request.name.empty() || request.name.size() > name_limit) {
        throw Error(ErrorKind::Settings, "the key needs a name of 1 to 100 characters", "use --name=NAME");
    }
    const TimePoint now = SystemClock().now();
    const std::string raw = newRawKey();
    ApiKey key;
    key.id = newId();
    key.name = request.name;
    key.prefix = raw.substr(0, prefix_size);
    key.hash = sha256Hex(raw);
    key.permissions = permissionsFrom(request.permissions);
    key.created_at = now;
    if (!request.expires.empty()) {
        key.expires_at = fromIso(request.expires);
        if (*key.expires_at <= now) {
            throw Error(ErrorKind::Settings, "--expires=" + request.expires + " is in the past");
        }
    }
    const Log log(Log::Level::Warning);
    becomeOwner(config.state_dir);
    const StateFolder state(config.state_dir);
    store::Database database(state.database(), log);
    store::KeyStore(database).add(key);
    out << raw << '\n' << std::flush;
    if (!out) {
        throw Error(ErrorKind::NoSpace, "the key was made but could not be written to standard output");
    }
}

}  // namespace dbackup::daemon
