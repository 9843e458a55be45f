#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/handlers/file_path.h"
#include "core/base/clock.h"

namespace dbackup::api {

/// What a token stands for.
struct DownloadOrder {
    std::string destination_id;
    FilePath file;
    bool decompress = false;
    std::string key_id;  ///< who prepared it and alone may collect it; empty = whoever has the token, once
};

/// Downloads that were ordered and may be collected with a token for a while. They are in memory alone, and
/// of a bounded number: the oldest are forgotten. [thread-safe]
class DownloadTokens {
public:
    static constexpr std::chrono::minutes lifetime{5};
    static constexpr std::size_t most = 10'000;

    /// @param clock  outlives it
    explicit DownloadTokens(const Clock& clock) : clock_(clock) {}

    /// @return 64 hex digits
    std::string issue(DownloadOrder order);
    /// The order, which stays.
    std::optional<DownloadOrder> find(const std::string& token);
    /// The order, which nobody else gets from then on.
    std::optional<DownloadOrder> take(const std::string& token);
    /// It could not be served: the token is good again for what is left of its time.
    void giveBack(const std::string& token);

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Entry {
        DownloadOrder order;
        Time ends;
        bool taken = false;
    };
    Entry* valid(const std::string& token);
    void forgetOld(Time now);

    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Entry> entries_;
};

}  // namespace dbackup::api
