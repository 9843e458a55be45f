#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/http/message.h"
#include "core/base/clock.h"

namespace dbackup::api {

/// Turns an Authorization header into a Principal. [thread-safe]
class Authenticator {
public:
    /// Where the keys are. Both are called from any thread.
    struct Keys {
        /// By the lower-case hex SHA-256 of the key.
        std::function<std::optional<ApiKey>(const std::string& hash)> find;
        /// Records a use; must not wait.
        std::function<void(const std::string& id, TimePoint now)> used;
    };

    /// @param clock  must outlive it
    Authenticator(Keys keys, const Clock& clock);

    /// @param authorization  value of the header, may be empty
    /// @throws HttpError 401: "Unauthorized", "API key is disabled", "API key has expired"
    Principal authenticate(std::string_view authorization);

private:
    void noteUse(const std::string& id, TimePoint now);

    Keys keys_;
    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_map<std::string, TimePoint> last_noted_;  // by id of the key
};

}  // namespace dbackup::api
