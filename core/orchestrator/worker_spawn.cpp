#include "core/orchestrator/worker_spawn.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dbackup/sdk/reset_signals.h>
#include <dbackup/sdk/signals_blocked.h>

#include "core/protocol/storage_messages.h"

namespace dbackup::orchestrator {

namespace {

/// What the child needs between fork and exec, all of it made before.
struct ChildSide {
    const char* program;
    char* const* argv;
    char* const* environment;
    int in;
    int out;
    int data;  // -1 = none
    int report;
    rlim_t data_limit;
    pid_t parent;
};

[[noreturn]] void giveUp(const ChildSide& side) {
    const int reason = errno;
    [[maybe_unused]] const ssize_t ignored = ::write(side.report, &reason, sizeof(reason));
    ::_exit(127);
}

/// Runs in the forked child of a program with threads: async-signal-safe calls only.
[[noreturn]] void becomeWorker(const ChildSide& side) {
    if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) giveUp(side);
    if (::getppid() != side.parent) ::_exit(127);  // the daemon died before the kernel was told
    sdk::resetSignals();
    const rlimit no_core{0, 0};  // a core file would hold secrets
    if (::setrlimit(RLIMIT_CORE, &no_core) != 0) giveUp(side);
    if (side.data_limit > 0) {
        const rlimit data{side.data_limit, side.data_limit};
        if (::setrlimit(RLIMIT_DATA, &data) != 0) giveUp(side);
    }
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) giveUp(side);
    if (::dup2(side.in, STDIN_FILENO) < 0 || ::dup2(side.out, STDOUT_FILENO) < 0) giveUp(side);
    if (side.data >= 0 && ::dup2(side.data, protocol::data_fd) < 0) giveUp(side);
    ::execve(side.program, side.argv, side.environment);
    giveUp(side);
}

std::vector<std::string> workerEnvironment(const WorkerOptions& options) {
    std::vector<std::string> environment = {"PATH=" + options.tool_path, "LANG=C.UTF-8"};
    for (const char* name : {"HOME", "TZ"}) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in the service changes the environment
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

struct Ends {
    sdk::UniqueFd ours;
    sdk::UniqueFd theirs;
};

/// One of those that the child sets up would be overwritten before it is used.
sdk::UniqueFd aboveStandard(int fd) {
    const sdk::UniqueFd given(fd);
    sdk::UniqueFd high(::fcntl(fd, F_DUPFD_CLOEXEC, protocol::data_fd + 1));
    if (!high) throw systemError("cannot prepare the descriptors of a worker", errno);
    return high;
}

/// A pair of sockets, since send() can be told not to raise SIGPIPE.
Ends makeInput() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw systemError("cannot make a socket for a worker", errno);
    }
    sdk::UniqueFd ours(ends[0]);
    return {std::move(ours), aboveStandard(ends[1])};
}

Ends makePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw systemError("cannot make a pipe for a worker", errno);
    }
    sdk::UniqueFd ours(ends[0]);
    return {std::move(ours), aboveStandard(ends[1])};
}

rlim_t dataLimit(const WorkerOptions& options) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static_cast<void>(options);
    return 0;  // a sanitizer's shadow memory would count
#else
    return options.memory_limit_bytes;
#endif
}

pid_t forkWorker(const ChildSide& side) {
    const sdk::AllSignalsBlocked blocked;  // no handler of ours runs in the child
    const pid_t pid = ::fork();
    if (pid == 0) becomeWorker(side);
    const int reason = errno;
    if (pid < 0) {
        throw systemError(std::string("cannot start ") + side.program, reason);
    }
    ::setpgid(pid, pid);  // both sides do, so that the group is there for whoever comes first
    return pid;
}

/// errno of what failed in the child, 0 once it runs its program.
int readReport(const sdk::UniqueFd& report) {
    int reason = 0;
    while (::read(report.get(), &reason, sizeof(reason)) < 0 && errno == EINTR) {
    }
    return reason;
}

[[noreturn]] void throwStartFailure(const std::string& program, int reason) {
    const Error error = systemError("cannot run the worker " + program, reason);
    throw Error(error.kind() == ErrorKind::NotFound ? ErrorKind::ToolMissing : error.kind(),
                error.what(),
                "set worker.program to the path of dbackup-worker");
}

}  // namespace

SpawnedWorker spawnWorker(const WorkerOptions& options, std::string_view command, WorkerChannels channels) {
    Ends input = makeInput();
    Ends output = makePipe();
    Ends data = channels == WorkerChannels::EventsAndData ? makePipe() : Ends{};
    Ends report = makePipe();
    std::vector<std::string> arguments = {options.program, std::string(command)};
    std::vector<std::string> environment = workerEnvironment(options);
    const std::vector<char*> argv = pointersTo(arguments);
    const std::vector<char*> envp = pointersTo(environment);
    const pid_t pid = forkWorker({options.program.c_str(),
                                  argv.data(),
                                  envp.data(),
                                  input.theirs.get(),
                                  output.theirs.get(),
                                  data.theirs.get(),
                                  report.theirs.get(),
                                  dataLimit(options),
                                  ::getpid()});
    report.theirs.reset();
    if (const int reason = readReport(report.ours); reason != 0) {
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        throwStartFailure(options.program, reason);
    }
    return {pid, std::move(input.ours), std::move(output.ours), std::move(data.ours)};
}

}  // namespace dbackup::orchestrator
