#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/secret.h>

namespace dbackup::sdk {

/// A vendor tool to run: argv, never a shell. The child gets a small environment (PATH = the run's tool path,
/// HOME = the run's scratch folder, LANG=C.UTF-8, TZ if set) that env() adds to or overrides, a session and
/// process group of its own without a terminal, and no inherited descriptor but 0, 1, 2 and the secrets.
/// One Command may start several children. [one thread at a time]
class DBACKUP_SDK_EXPORT Command {
public:
    /// @param program  absolute path, see findTool()
    explicit Command(std::string program);

    Command& arg(std::string value);
    Command& args(std::vector<std::string> values);
    Command& env(std::string name, std::string value);
    /// The secret becomes the content of an anonymous file (memfd, mode 0600) that only the child
    /// has open; nothing reaches the disk, argv or the environment.
    /// @return the path under which the child opens it, such as "/proc/self/fd/10"; at most 54 of them
    std::string secretFile(const SecretString& content);
    /// Gives the child a pipe as standard input, for writeInput(); otherwise it is /dev/null.
    Command& withInput();
    /// The same for a tool that takes the end of its input for the end of the data, whatever the reason of
    /// the end: only closeInput() and wait() make the child see an end. When this process dies, or gives the
    /// child up, before that, the child's read fails (ECONNRESET). Its standard input is a socket then, which
    /// cannot be opened again as /dev/stdin.
    Command& withGuardedInput();

    const std::string& program() const noexcept { return program_; }

private:
    friend class Subprocess;
    std::string program_;
    std::vector<std::string> args_;
    std::map<std::string, std::string> env_;
    std::vector<SecretString> secrets_;
    bool input_ = false;
    bool guarded_ = false;
};

/// How a child ended.
struct ExitStatus {
    int code = 0;    ///< exit code; meaningless if signal != 0
    int signal = 0;  ///< 0, or the number of the signal that ended it
    bool ok() const noexcept { return code == 0 && signal == 0; }
    /// "exit status 3" | "killed by signal 9 (Killed)"
    DBACKUP_SDK_EXPORT std::string text() const;
};

/// A running child. [one thread at a time, but writeInput() and closeInput() may run beside read()]
///
/// Standard output is read by read(); standard error is collected by a thread of ours: its last 16 KiB
/// are kept for the error, and its lines (the first 1,000, at most 4 KiB of each) go to the run's log at
/// Debug level. A stop request of the run kills the whole process group at once. The destructor kills and
/// reaps.
///
/// The kernel kills the child when the *thread* that started it ends (PR_SET_PDEATHSIG), so that nothing
/// outlives a killed worker. Start it in a thread that lives at least as long as it.
class DBACKUP_SDK_EXPORT Subprocess {
public:
    /// Starts the child; returns once it runs its program.
    /// @param run  must outlive the object
    /// @throws Error ToolMissing (no such program), Permission (cannot execute), Cancelled
    Subprocess(const Command& command, RunContext& run);
    Subprocess(const Subprocess&) = delete;
    Subprocess& operator=(const Subprocess&) = delete;
    ~Subprocess();

    /// Reads standard output; 0 is its end. @throws Error Cancelled
    std::size_t read(std::span<std::byte> into);
    /// Writes all bytes to standard input. A child that writes much itself must be read meanwhile, by another
    /// thread. @return false if the child has closed it  @throws Error Cancelled
    bool writeInput(std::span<const std::byte> bytes);
    void closeInput();
    /// Reads the rest of standard output as text, at most `limit` bytes; more is an error ToolFailed.
    std::string readAll(std::size_t limit = 1U << 20);
    /// Closes the input, drops what is left of the output and waits for the end. What the child left of its
    /// process group is killed. Must be called before the destructor unless an exception is under way.
    /// @throws Error Cancelled
    [[nodiscard]] ExitStatus wait();
    /// wait(), and throws unless the status is 0.
    /// @throws Error ToolFailed: "<name> failed (exit status 3): <last lines of standard error>"
    void waitOk();
    /// The last lines of standard error, at most 16 KiB, trimmed, as valid UTF-8. Complete after wait().
    std::string errorText() const;
    /// SIGKILL to the process group. Safe to call at any time.
    void kill() noexcept;
    int pid() const noexcept;

private:
    friend DBACKUP_SDK_EXPORT std::string runTool(const Command& command,
                                                  RunContext& run,
                                                  std::chrono::milliseconds timeout);
    struct State;
    std::unique_ptr<State> state_;
};

/// Runs a small command to its end and returns its standard output (at most 1 MiB).
/// @throws Error ToolMissing, ToolFailed, Cancelled; Unavailable when it takes longer than `timeout`
DBACKUP_SDK_EXPORT std::string runTool(const Command& command,
                                       RunContext& run,
                                       std::chrono::milliseconds timeout);

/// Looks a program up in the run's tool path.
/// @return its absolute path, or nothing
DBACKUP_SDK_EXPORT std::optional<std::string> findTool(std::string_view name, const RunContext& run);

}  // namespace dbackup::sdk
