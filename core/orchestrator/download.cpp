#include "core/orchestrator/download.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace dbackup::orchestrator {

namespace {

using Kind = protocol::Event::Kind;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t max_head_bytes = 64U << 10;
/// What a pipe may hold of a download; less than the system's own limit for every user.
constexpr int pipe_bytes = 256 << 10;
/// How late a stop is noticed.
constexpr int poll_ms = 200;

JsonObject::Ptr requestWith(protocol::ReadRequest& request,
                            const ScratchFolder& scratch,
                            const Orchestrator::Parts& parts) {
    request.setup = {scratch.path().string(), parts.worker.tool_path};
    return protocol::toJson(request);
}

}  // namespace

Download::Download(const Orchestrator::Parts& parts,
                   WorkerSlot::Semaphore& free,
                   protocol::ReadRequest request,
                   const std::stop_token& stop)
    : slot_(free, limits::slot_time),
      scratch_(parts.worker.scratch_root, parts.log),
      name_(request.component.name),
      worker_(parts.worker,
              "read",
              *requestWith(request, scratch_, parts),
              parts.log,
              WorkerChannels::EventsAndData),
      data_(worker_.takeData()) {
    // Only a wish: with the usual size it is a little slower.
    ::fcntl(data_.get(), F_SETPIPE_SZ, pipe_bytes);
    head_ = receiveHead(stop);
    left_ = head_.length;
}

std::size_t Download::read(std::span<char> into, const std::stop_token& stop) {
    if (left_ == 0) return 0;
    into = into.first(
        static_cast<std::size_t>(std::min<std::int64_t>(left_, static_cast<std::int64_t>(into.size()))));
    std::size_t got = std::min(into.size(), early_.size());
    if (got > 0) {
        std::copy_n(early_.begin(), got, into.begin());
        early_.erase(0, got);
    } else {
        got = receive(into, stop);
    }
    left_ -= static_cast<std::int64_t>(got);
    return got;
}

protocol::ReadHead Download::receiveHead(const std::stop_token& stop) {
    std::array<char, 4096> bytes{};
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
        if (early_.size() > max_head_bytes) {
            throw Error(ErrorKind::Internal, "a worker did not say what it sends");
        }
        early_.append(bytes.data(), receive(bytes, stop));
        end = early_.find('\n');
    }
    auto head = protocol::readHeadFrom(*parseJsonObject(early_.substr(0, end), "the head of a download"));
    early_.erase(0, end + 1);
    return head;
}

/// @return at least one byte
std::size_t Download::receive(std::span<char> into, const std::stop_token& stop) {
    const auto deadline = SteadyClock::now() + limits::download_silence;
    while (!waitForBytes(stop)) {
        drainEvents();
        if (SteadyClock::now() > deadline) {
            throw Error(ErrorKind::Unavailable,
                        "'" + name_ + "' has sent nothing for " +
                            std::to_string(limits::download_silence.count()) + " s")
                .canRetry();
        }
    }
    drainEvents();
    ssize_t got = 0;
    do {
        got = ::read(data_.get(), into.data(), into.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw systemError("cannot read what a worker sends", errno);
    if (got == 0) throwEnd();
    return static_cast<std::size_t>(got);
}

bool Download::waitForBytes(const std::stop_token& stop) const {
    if (stop.stop_requested()) throw Error(ErrorKind::Unavailable, "The service is stopping").canRetry();
    pollfd entry{data_.get(), POLLIN, 0};
    return ::poll(&entry, 1, poll_ms) > 0;
}

/// So that the worker never waits for somebody to take what it tells.
void Download::drainEvents() {
    protocol::Event event;
    while (!ended_) {
        const auto state = worker_.next(event, std::chrono::milliseconds(0));
        if (state == WorkerProcess::State::TimedOut) return;
        ended_ = state == WorkerProcess::State::Ended;
        if (state == WorkerProcess::State::Event && event.kind == Kind::Result) result_ = event;
    }
}

/// No more bytes come, though some were promised: why?
void Download::throwEnd() {
    const auto deadline = SteadyClock::now() + limits::exit_time;
    protocol::Event event;
    while (!ended_ && !result_ && SteadyClock::now() < deadline) {
        const auto state = worker_.next(event, limits::watch_interval);
        ended_ = state == WorkerProcess::State::Ended;
        if (state == WorkerProcess::State::Event && event.kind == Kind::Result) result_ = event;
    }
    if (result_ && !result_->ok) throw protocol::errorOf(*result_);
    throw Error(ErrorKind::Internal, deathText(worker_.exitStatus(), "at 'read'", ""));
}

}  // namespace dbackup::orchestrator
