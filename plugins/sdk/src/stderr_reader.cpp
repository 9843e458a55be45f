#include "stderr_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "child.h"
#include "dbackup/sdk/signals_blocked.h"
#include "plain_text.h"

namespace dbackup::sdk {

namespace {

constexpr std::size_t tail_bytes = 16U << 10;
constexpr std::size_t max_line_bytes = 4U << 10;
constexpr std::size_t max_logged_lines = 1000;
constexpr std::size_t read_bytes = 8U << 10;
constexpr std::size_t max_last_reads = (1U << 20) / read_bytes;

}  // namespace

StderrReader::StderrReader(UniqueFd from, std::string name, RunContext& run)
    : from_(std::move(from)), finished_(makeEvent(name)), name_(std::move(name)), run_(run) {
    const AllSignalsBlocked also_in_the_thread;
    thread_ = std::thread([this] { readAll(); });
    ::pthread_setname_np(thread_.native_handle(), "stderr");
}

StderrReader::~StderrReader() {
    finish();
}

void StderrReader::finish() noexcept {
    if (thread_.joinable()) {
        ::eventfd_write(finished_.get(), 1);
        thread_.join();
    }
}

void StderrReader::rethrowFailure() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

std::string StderrReader::text() const {
    const std::lock_guard lock(mutex_);
    std::string_view tail = tail_;
    if (cut_) {
        tail.remove_prefix(std::min(tail.find('\n'), tail.size() - 1) + 1);
        if (tail.empty()) tail = tail_;  // one endless line
    }
    return plainText(trimmed(tail));
}

void StderrReader::readAll() {
    for (;;) {
        std::array<pollfd, 2> watched{pollfd{from_.get(), POLLIN, 0}, pollfd{finished_.get(), POLLIN, 0}};
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;  // all signals are blocked: EAGAIN only
        errno = 0;
        const bool finished = watched[1].revents != 0;
        bool open = true;
        // What is left is at most one pipe full; whoever writes on is not the tool.
        for (std::size_t reads = finished ? max_last_reads : 1; open && reads > 0 && errno != EAGAIN;
             --reads) {
            open = readSome();
        }
        if (finished || !open) {
            logLines("\n");
            return;
        }
    }
}

// False at the end of the pipe. errno is EAGAIN when there was nothing to read.
bool StderrReader::readSome() {
    std::array<char, read_bytes> buffer{};
    errno = 0;
    const ssize_t count = ::read(from_.get(), buffer.data(), buffer.size());
    if (count > 0) {
        take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        errno = 0;
    }
    return count != 0;
}

void StderrReader::take(std::string_view bytes) {
    {
        const std::lock_guard lock(mutex_);
        tail_ += bytes;
        if (tail_.size() > tail_bytes) {
            tail_.erase(0, tail_.size() - tail_bytes);
            cut_ = true;
        }
    }
    logLines(bytes);
}

void StderrReader::logLines(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        const std::size_t room = max_line_bytes - line_.size();
        line_ += bytes.substr(0, std::min(end, room));
        if (end == bytes.size()) return;
        logLine(std::exchange(line_, {}));
        bytes.remove_prefix(end + 1);
    }
}

void StderrReader::logLine(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty() || failure_) return;
    try {
        run_.progress();
        if (logged_lines_ > max_logged_lines) return;
        if (++logged_lines_ > max_logged_lines) {
            run_.log(LogLevel::Debug, name_ + ": more lines follow that are not logged");
        } else {
            run_.log(LogLevel::Debug, name_ + ": " + plainText(text));
        }
    } catch (...) {
        failure_ = std::current_exception();  // for rethrowFailure(); reading goes on
    }
}

}  // namespace dbackup::sdk
