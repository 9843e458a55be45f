#include "cli/interrupts.h"

#include <array>
#include <system_error>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace dbackup::cli {

Interrupts::Interrupts() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
    fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

Interrupts::~Interrupts() {
    close(fd_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupts::wait(std::chrono::milliseconds time, int other) {
    std::array<pollfd, 2> fds = {{{fd_, POLLIN, 0}, {other, POLLIN, 0}}};  // poll() passes over -1
    if (poll(fds.data(), fds.size(), static_cast<int>(time.count())) > 0 && (fds[0].revents & POLLIN) != 0) {
        signalfd_siginfo info{};
        if (read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            pending_ = static_cast<int>(info.ssi_signo);
        }
    }
    return pending_ != 0;
}

int Interrupts::take() {
    const int signal = pending_;
    pending_ = 0;
    return signal;
}

}  // namespace dbackup::cli
