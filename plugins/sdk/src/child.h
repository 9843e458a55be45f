#pragma once

#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "dbackup/sdk/secret.h"
#include "dbackup/sdk/subprocess.h"
#include "dbackup/sdk/unique_fd.h"

namespace dbackup::sdk {

/// The first descriptor under which a child finds a secret.
inline constexpr int first_secret_fd = 10;

/// An eventfd. @throws Error "cannot watch <name>: ..."
UniqueFd makeEvent(const std::string& name);

/// All that a child needs, made before the fork.
struct ChildPlan {
    std::string program;
    std::vector<std::string> argv;         ///< argv[0] included
    std::vector<std::string> environment;  ///< NAME=value
    std::span<const SecretString> secrets;
    bool input = false;
    bool guarded = false;  ///< with input only: no end of it but by endInput()
};

/// A child that runs its program, as leader of its own session and process group, and our ends of its
/// pipes, which do not block.
class Child {
public:
    /// @throws Error ToolMissing, Permission, or what systemError() makes of another errno
    explicit Child(const ChildPlan& plan);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    /// Kills and reaps.
    ~Child();

    /// SIGKILL to the process group, unless the child was reaped. Thread-safe.
    void kill() noexcept;
    /// Waits for the end and collects the child; what is left of its group is killed. Idempotent.
    ExitStatus reap() noexcept;
    pid_t pid() const noexcept { return pid_; }
    /// Closes our end of the input so that the child sees an end.
    void endInput() noexcept;

    UniqueFd ended;  ///< pidfd: readable once the child has ended
    UniqueFd in;     ///< empty unless the plan asks for input
    UniqueFd out;
    UniqueFd err;

private:
    pid_t pid_ = -1;
    ExitStatus status_;
    std::mutex mutex_;
    bool guarded_ = false;
    bool reaped_ = true;  // guarded by mutex_: the group's number may belong to others then
};

}  // namespace dbackup::sdk
