#include "core/worker/lifeline.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/error.h"

namespace dbackup::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

sigset_t stopSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

[[noreturn]] void killOurselves() {
    // Only a group of our own: a worker that was started by hand shares that of its shell.
    if (getpgrp() == getpid()) kill(0, SIGKILL);
    kill(getpid(), SIGKILL);
    _exit(1);
}

}  // namespace

Lifeline::Lifeline() {
    const sigset_t set = stopSignals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = sdk::UniqueFd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    wake_ = sdk::UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!signals_ || !wake_) throw systemError("cannot watch for signals", errno);
    thread_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "lifeline");
        body();
    });
}

Lifeline::~Lifeline() {
    done_ = true;
    wake();
}

void Lifeline::watchInput(int fd) {
    input_ = fd;
    wake();
}

void Lifeline::wake() const {
    const std::uint64_t one = 1;
    // Cannot fail: the counter is far from its limit.
    [[maybe_unused]] const ssize_t wrote = write(wake_.get(), &one, sizeof one);
}

bool Lifeline::inputEnded(int fd, short events) {
    if ((events & (POLLERR | POLLNVAL)) != 0) return true;
    if ((events & (POLLIN | POLLHUP)) == 0) return false;
    std::array<char, 4096> bytes;
    const ssize_t got = read(fd, bytes.data(), bytes.size());
    if (got > 0)
        confirmations_.add(static_cast<std::uint64_t>(std::count(bytes.data(), bytes.data() + got, '\n')));
    return got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
}

void Lifeline::body() {
    SteadyClock::time_point deadline{};
    while (true) {
        const bool stopping = stop_.stop_requested();
        std::array<pollfd, 3> entries{
            {{wake_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {input_, POLLIN, 0}}};
        int wait_ms = -1;
        if (stopping) {
            if (deadline == SteadyClock::time_point{}) deadline = SteadyClock::now() + grace;
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
            if (left.count() <= 0) killOurselves();
            wait_ms = static_cast<int>(left.count());
        }
        // A negative descriptor is left out: once it stops, only the end counts.
        const int ready = poll(entries.data(), stopping ? 1 : 3, wait_ms);
        if (done_) return;
        if (ready <= 0) continue;
        if (entries[0].revents != 0) {
            std::uint64_t count = 0;
            [[maybe_unused]] const ssize_t got = read(wake_.get(), &count, sizeof count);
        }
        if (entries[1].revents != 0 ||
            (entries[2].fd >= 0 && inputEnded(entries[2].fd, entries[2].revents))) {
            stop_.request_stop();
        }
    }
}

}  // namespace dbackup::worker
