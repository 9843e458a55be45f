#pragma once

#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace dbackup::contract {

/// Looks again and again, until it is destroyed, at the tools that run, which are all descendants of this
/// process: a secret may stand neither in the arguments nor in the environment of one, and none may write
/// core files, in which secrets would lie. [one thread]
class ToolWatch {
public:
    /// @param secrets  shorter ones than four bytes are left out
    explicit ToolWatch(std::vector<std::string> secrets);
    ToolWatch(const ToolWatch&) = delete;
    ToolWatch& operator=(const ToolWatch&) = delete;
    ~ToolWatch() = default;

    /// Ends it. @throws Broken when something was seen
    void end();

private:
    std::string found_;    // of the thread, until it is joined
    std::jthread thread_;  // last, so that it is joined first
};

/// The program that a process runs; empty when it has ended.
std::string programOf(pid_t pid);
/// Says so when a process may write a core file; empty when it may not, or has ended.
std::string coreFileAllowed(pid_t pid);

}  // namespace dbackup::contract
