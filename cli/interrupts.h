#pragma once

#include <chrono>
#include <csignal>

namespace dbackup::cli {

/// While it lives, SIGINT and SIGTERM do not end the program but can be waited for. Make it before other
/// threads, which inherit the mask. [one thread]
class Interrupts {
public:
    Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    ~Interrupts();

    /// Waits until a signal comes, `other` can be read, or the time is over.
    /// @param other  a descriptor, or -1
    /// @return has a signal come that was not taken yet?
    bool wait(std::chrono::milliseconds time, int other = -1);
    /// The number of the signal that came; 0 = none.
    int take();

private:
    int fd_;
    sigset_t before_{};
    int pending_ = 0;
};

}  // namespace dbackup::cli
