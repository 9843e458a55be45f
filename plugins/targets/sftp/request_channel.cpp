#include "request_channel.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// What the server may send before we have taken it. The library grows its window to what a read has room
/// for.
constexpr std::uint32_t window_bytes = 8U << 20;
/// So much is taken at once between two growths of the window.
constexpr std::uint32_t read_bytes = 256U << 10;
constexpr std::size_t grow_after_bytes = std::size_t{1} << 20;
/// The largest packet that the requests above can be answered with, and then some.
constexpr std::size_t longest_packet = std::size_t{1} << 20;
constexpr std::size_t length_bytes = 4;

}  // namespace

RequestChannel::RequestChannel(Session& session, sdk::RunContext& run, std::chrono::milliseconds silence)
    : session_(session),
      run_(&run),
      silence_(silence),
      channel_(session.openSftp(run)),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(window_bytes)) {
    since_window_ = grow_after_bytes;
}

RequestChannel::~RequestChannel() {
    ::ssh_channel_free(channel_);
}

void RequestChannel::fail(const Error& error) {
    broken_ = true;
    throw Error(error);
}

std::uint32_t RequestChannel::send(Packet packet) {
    // What is left of the packet before goes first.
    while (!out_.empty()) {
        pump(true);
        requireProgress(1);
    }
    const std::uint32_t id = ++last_id_;
    if (isIdle() && ignored_.empty()) progress_ = Clock::now();
    if (packet.type() != PacketType::Init) waiting_.insert(id);
    out_ = packet.finished(id);
    flush();
    return id;
}

bool RequestChannel::flush() {
    if (broken_) throw session_.lost();
    std::size_t sent = 0;
    while (sent < out_.size()) {
        const int count =
            ::ssh_channel_write(channel_, out_.data() + sent, static_cast<std::uint32_t>(out_.size() - sent));
        if (count < 0) fail(session_.lost());
        if (count == 0) break;
        sent += static_cast<std::size_t>(count);
        progress_ = Clock::now();
    }
    out_.erase(0, sent);
    return out_.empty();
}

void RequestChannel::pump(bool may_wait) {
    run_->throwIfStopped();
    const bool sent = flush();
    if (may_wait && !sent) {
        // A window that opens is no data, which a read would wait for.
        session_.waitForNetwork();
        receive(0);
    } else {
        receive(may_wait ? stop_tick_ms : 0);
    }
}

void RequestChannel::receive(int timeout_ms) {
    const bool grow = since_window_ >= grow_after_bytes;
    if (grow) since_window_ = 0;
    const int count =
        ::ssh_channel_read_timeout(channel_, buffer_.get(), grow ? window_bytes : read_bytes, 0, timeout_ms);
    if (count > 0) {
        since_window_ += static_cast<std::size_t>(count);
        progress_ = Clock::now();
        const void* const begin = buffer_.get();
        in_.append(static_cast<const char*>(begin), static_cast<std::size_t>(count));
        parse();
        return;
    }
    const bool ended = count != 0 && count != SSH_AGAIN;
    if (ended || ::ssh_channel_is_eof(channel_) != 0 || ::ssh_channel_is_closed(channel_) != 0 ||
        ::ssh_is_connected(session_.get()) == 0) {
        fail(session_.lost());
    }
}

void RequestChannel::parse() {
    std::size_t at = 0;
    while (in_.size() - at >= length_bytes) {
        const std::size_t length = PacketReader(std::string_view(in_).substr(at)).u32();
        if (length == 0 || length > longest_packet) {
            fail(Error(ErrorKind::Unavailable,
                       session_.serverName() + " does not speak SFTP",
                       "A login script of the user that prints something is a usual reason"));
        }
        if (in_.size() - at - length_bytes < length) break;
        accept(std::string_view(in_).substr(at + length_bytes, length));
        at += length_bytes + length;
    }
    in_.erase(0, at);
}

void RequestChannel::accept(std::string_view packet) {
    Answer answer{static_cast<PacketType>(static_cast<unsigned char>(packet.front())), {}};
    packet.remove_prefix(1);
    if (answer.type == PacketType::Version) {
        answer.body = packet;
        version_ = std::move(answer);
        return;
    }
    const std::uint32_t id = PacketReader(packet).u32();
    packet.remove_prefix(sizeof id);
    if (ignored_.erase(id) > 0) return;
    if (waiting_.erase(id) == 0) {
        fail(Error(ErrorKind::Unavailable, session_.serverName() + " has answered what was not asked"));
    }
    answer.body = packet;
    answers_.emplace(id, std::move(answer));
}

void RequestChannel::requireProgress(int patience) {
    if (Clock::now() - progress_ <= silence_ * patience) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(silence_ * patience).count();
    fail(Error(ErrorKind::Unavailable,
               session_.serverName() + " has said nothing for " + std::to_string(seconds) + " seconds")
             .canRetry());
}

std::optional<Answer> RequestChannel::take(std::uint32_t id) {
    const auto found = answers_.find(id);
    if (found == answers_.end()) return std::nullopt;
    Answer answer = std::move(found->second);
    answers_.erase(found);
    return answer;
}

Answer RequestChannel::wait(std::uint32_t id, int patience) {
    for (;;) {
        if (auto answer = take(id)) return std::move(*answer);
        pump(true);
        requireProgress(patience);
    }
}

std::pair<std::uint32_t, Answer> RequestChannel::waitForAny() {
    while (answers_.empty()) {
        pump(true);
        requireProgress(1);
    }
    auto first = answers_.extract(answers_.begin());
    return {first.key(), std::move(first.mapped())};
}

Answer RequestChannel::waitForVersion() {
    while (!version_) {
        pump(true);
        requireProgress(1);
    }
    return *version_;
}

void RequestChannel::ignore(std::uint32_t id) {
    if (answers_.erase(id) > 0) return;
    if (waiting_.erase(id) > 0) ignored_.insert(id);
}

bool RequestChannel::drain(std::chrono::milliseconds most) {
    const auto end = Clock::now() + most;
    ignored_.insert(waiting_.begin(), waiting_.end());
    waiting_.clear();
    answers_.clear();
    while (!broken_ && (!ignored_.empty() || !out_.empty())) {
        if (Clock::now() >= end) return false;
        pump(true);
    }
    return !broken_;
}

bool RequestChannel::isAlive() {
    if (broken_) return false;
    try {
        do {
            pump(false);
        } while (session_.hasInput());
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled) throw;
        return false;
    }
    return true;
}

}  // namespace dbackup::sftp
