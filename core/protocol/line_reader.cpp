#include "core/protocol/line_reader.h"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/protocol/messages.h"

namespace dbackup::protocol {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// Milliseconds left for poll(); -1 = for ever.
int remaining(std::chrono::milliseconds timeout, SteadyClock::time_point deadline) {
    if (timeout.count() < 0) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

/// Waits until the descriptor can be used. @return false when the time is up
bool waitFor(int fd, short events, int timeout_ms) {
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, timeout_ms);
    if (ready < 0 && errno != EINTR) throw systemError("cannot wait for the worker's pipe", errno);
    return ready > 0;
}

}  // namespace

LineReader::LineReader(int fd) : fd_(fd) {}

LineReader::State LineReader::next(std::string& line, std::chrono::milliseconds timeout) {
    const auto deadline = SteadyClock::now() + timeout;
    while (true) {
        const std::size_t end = buffer_.find('\n', scanned_);
        if (end != std::string::npos && end <= max_line_bytes) {
            line.assign(buffer_, 0, end);
            buffer_.erase(0, end + 1);
            scanned_ = 0;
            return State::Line;
        }
        if (buffer_.size() > max_line_bytes) {
            throw Error(
                ErrorKind::Internal,
                "a line of the worker protocol is longer than " + std::to_string(max_line_bytes) + " bytes");
        }
        scanned_ = buffer_.size();
        if (ended_) return State::End;
        const int wait_ms = remaining(timeout, deadline);
        if (!waitFor(fd_, POLLIN, wait_ms)) {
            if (wait_ms >= 0 && SteadyClock::now() >= deadline) return State::TimedOut;
            continue;
        }
        std::array<char, 64 << 10> chunk;
        const ssize_t got = read(fd_, chunk.data(), chunk.size());
        if (got > 0) {
            buffer_.append(chunk.data(), static_cast<std::size_t>(got));
        } else if (got == 0) {
            ended_ = true;
        } else if (errno != EINTR && errno != EAGAIN) {
            throw systemError("cannot read the worker's pipe", errno);
        }
    }
}

bool writeLine(int fd, std::string_view line) {
    static constexpr char line_feed = '\n';
    std::size_t done = 0;
    while (done < line.size() + 1) {
        std::array<iovec, 2> parts{};
        int count = 0;
        if (done < line.size()) {
            parts[0] = {const_cast<char*>(line.data() + done), line.size() - done};
            count = 1;
        }
        parts[static_cast<std::size_t>(count)] = {const_cast<char*>(&line_feed), 1};
        const ssize_t wrote = writev(fd, parts.data(), count + 1);
        if (wrote >= 0) {
            done += static_cast<std::size_t>(wrote);
        } else if (errno == EPIPE) {
            return false;
        } else if (errno == EAGAIN) {
            waitFor(fd, POLLOUT, -1);
        } else if (errno != EINTR) {
            throw systemError("cannot write to the worker's pipe", errno);
        }
    }
    return true;
}

}  // namespace dbackup::protocol
