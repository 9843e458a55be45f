#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "core/contract/check_run.h"

namespace dbackup::contract {

/// A tool that crashes in the middle of a call, as it would by a fault of its own. [one thread]
class ToolCrash {
public:
    explicit ToolCrash(int signal) : signal_(signal) {}

    /// To be called for each block of the call, with the bytes that have passed so far: sends the signal to
    /// the first tool that runs when there are some. @throws Error to end the call when none runs, or when it
    /// could leave a core file
    void atBlock(std::uint64_t bytes);

    /// Makes the call. @throws NotLookedAt when no tool ran
    /// @throws Broken unless it ends with a typed error that tells no secret, or when the tool has left a
    /// core file or might have
    void requireTold(const std::string& what, const CheckRun& run, const std::function<void()>& call) const;

private:
    const int signal_;
    bool done_ = false;
    bool crashed_ = false;
    std::exception_ptr seen_;  // what was wrong about it
};

}  // namespace dbackup::contract
