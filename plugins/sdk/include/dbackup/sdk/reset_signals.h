#pragma once

#include <csignal>

#include <sys/syscall.h>
#include <unistd.h>

namespace dbackup::sdk {

/// Gives every signal its default action and blocks none: what a forked child does before it becomes another
/// program, since ignored and blocked signals outlive execve(2). Async-signal-safe.
///
/// By the system call, since glibc's sigaction(3) refuses the two real-time signals that it keeps for itself
/// (nptl(7)), and a service may have been started with those ignored.
inline void resetSignals() noexcept {
    // The kernel's struct sigaction, of which all fields are 0 for SIG_DFL, is no longer than this anywhere.
    const unsigned long standard[8] = {};
    const std::size_t kernel_mask_size = (NSIG - 1) / 8;
    for (int number = 1; number < NSIG; ++number) {
        // KILL and STOP refuse, and are always as they should be.
        ::syscall(SYS_rt_sigaction, number, &standard, nullptr, kernel_mask_size);
    }
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace dbackup::sdk
