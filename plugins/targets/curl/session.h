#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <curl/curl.h>

#include <dbackup/sdk/run_context.h>

namespace dbackup::curl {

/// Handles that libcurl made, and what ends them.
struct EasyDeleter {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

/// Open connections to servers and the transfers that use them, which all move along while one of them is
/// waited for. [one thread at a time]
class Session {
public:
    /// @throws Error Internal when libcurl cannot be used
    Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Moves all transfers along until `done` says so. The caller's `done` is asked after every step.
    /// @throws Error Cancelled at once when the run is stopped
    void drive(const sdk::RunContext& run, const std::function<bool()>& done);
    /// Moves all transfers along as far as they go without waiting.
    void step();

private:
    friend class Transfer;
    struct MultiDeleter {
        void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
    };

    EasyHandle takeHandle();
    void giveBack(EasyHandle handle) noexcept;

    struct ShareDeleter {
        void operator()(CURLSH* share) const noexcept { curl_share_cleanup(share); }
    };

    // TLS sessions: a server may want that of the control connection on data connections, whatever handle
    // they have (FTPS).
    std::unique_ptr<CURLSH, ShareDeleter> share_;
    std::unique_ptr<CURLM, MultiDeleter> multi_;
    std::vector<EasyHandle> idle_;
};

/// Sessions that are not in use, so that the threads of a target find open connections. [thread-safe]
class SessionPool {
public:
    SessionPool() : idle_(std::make_shared<Idle>()) {}

    /// Goes back to the pool when the last owner lets it go, though the pool be gone.
    std::shared_ptr<Session> take();

private:
    struct Idle {
        std::mutex mutex;
        std::vector<std::unique_ptr<Session>> sessions;
    };
    std::shared_ptr<Idle> idle_;
};

}  // namespace dbackup::curl
