#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace dbackup::contract {

/// What this process has of processes, threads and descriptors, to be compared later. [one thread]
class ProcessWatch {
public:
    ProcessWatch();
    /// Waits up to two seconds for what is still ending. @throws Broken naming what is left, or when core
    /// files, which hold secrets, are allowed again
    void requireNothingLeft() const;

private:
    std::size_t descriptors_;
    std::size_t threads_;
};

/// This process and those that it starts write no core files, as the service's workers do not.
void forbidCoreFiles();

/// Children of this process, and theirs.
std::vector<pid_t> descendants();

/// A file of /proc about a process, such as "cmdline"; empty when it has gone.
std::string processFile(pid_t pid, const char* name);

/// Sanitizers take memory of their own, which makes measuring it useless.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool measures_memory = false;
#else
constexpr bool measures_memory = true;
#endif

/// Peak of this process's resident memory from construction on, in bytes.
class PeakMemory {
public:
    PeakMemory();
    /// How far the peak was above what was in use at the start.
    std::size_t grown() const;

private:
    std::size_t before_;
};

}  // namespace dbackup::contract
