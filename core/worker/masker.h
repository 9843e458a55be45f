#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/secret.h>

#include "core/protocol/messages.h"

namespace dbackup::worker {

/// Makes texts fit to be seen: secrets become "***", bytes that are not UTF-8 become U+FFFD. [thread-safe]
class Masker {
public:
    /// Values shorter than 3 bytes are not masked: they would be found everywhere. Of a value of several
    /// lines, such as a private key, each line is masked.
    void add(const sdk::SecretString& secret);
    /// The values of the component's secret settings.
    void addSecretsOf(const protocol::ComponentRef& component);

    /// @param limit  the most bytes to keep; a longer text is cut in its midst, where "[...]" stands then
    std::string apply(std::string_view text, std::size_t limit) const;

private:
    void addValue(std::string_view value);

    mutable std::mutex mutex_;
    std::vector<sdk::SecretString> secrets_;  ///< longest first
};

}  // namespace dbackup::worker
