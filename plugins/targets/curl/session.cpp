#include "session.h"

#include <stop_token>

#include <dbackup/sdk/error.h>

#include "transfer.h"

namespace dbackup::curl {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// libcurl wakes by itself for what it waits for; this bounds how late a stall is noticed.
constexpr int poll_ms = 500;
/// Handles kept for the next transfers.
constexpr std::size_t idle_handles = 8;

void requireMulti(CURLMcode code) {
    if (code == CURLM_OK) return;
    throw Error(ErrorKind::Internal, std::string("libcurl cannot go on: ") + curl_multi_strerror(code));
}

void requireLibrary() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready == CURLE_OK) return;
    throw Error(ErrorKind::Internal, std::string("libcurl cannot be used: ") + curl_easy_strerror(ready));
}

}  // namespace

Session::Session() {
    requireLibrary();
    multi_.reset(curl_multi_init());
    share_.reset(curl_share_init());
    if (share_) curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    if (!multi_ || !share_) throw Error(ErrorKind::Internal, "libcurl cannot be used: out of memory");
}

Session::~Session() = default;

EasyHandle Session::takeHandle() {
    if (!idle_.empty()) {
        EasyHandle handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
    }
    EasyHandle handle(curl_easy_init());
    if (!handle) throw Error(ErrorKind::Internal, "libcurl cannot be used: out of memory");
    return handle;
}

void Session::giveBack(EasyHandle handle) noexcept {
    if (idle_.size() == idle_handles) return;
    curl_easy_reset(handle.get());
    idle_.push_back(std::move(handle));
}

void Session::step() {
    int running = 0;
    requireMulti(curl_multi_perform(multi_.get(), &running));
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode result = message->data.result;
        Transfer::of(message->easy_handle).ended(result);
    }
}

void Session::drive(const sdk::RunContext& run, const std::function<bool()>& done) {
    const std::stop_callback wake(run.stop(), [this] { curl_multi_wakeup(multi_.get()); });
    while (true) {
        run.throwIfStopped();
        step();
        if (done()) return;
        requireMulti(curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr));
    }
}

std::shared_ptr<Session> SessionPool::take() {
    std::unique_ptr<Session> session;
    {
        const std::lock_guard lock(idle_->mutex);
        if (!idle_->sessions.empty()) {
            session = std::move(idle_->sessions.back());
            idle_->sessions.pop_back();
        }
    }
    if (!session) session = std::make_unique<Session>();
    return {session.release(), [idle = idle_](Session* used) {
                std::unique_ptr<Session> back(used);
                const std::lock_guard lock(idle->mutex);
                idle->sessions.push_back(std::move(back));
            }};
}

}  // namespace dbackup::curl
