#include "core/orchestrator/worker_process.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/unique_fd.h>

#include "core/protocol/line_reader.h"

namespace dbackup::orchestrator {

namespace {

/// What the child needs between fork and exec, all of it made before.
struct ChildSide {
    const char* program;
    char* const* argv;
    char* const* environment;
    int in;
    int out;
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
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        ::sigaction(number, &standard, nullptr);  // KILL, STOP and glibc's own refuse, which is fine
    }
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    const rlimit no_core{0, 0};  // a core file would hold secrets
    ::setrlimit(RLIMIT_CORE, &no_core);
    if (side.data_limit > 0) {
        const rlimit data{side.data_limit, side.data_limit};
        if (::setrlimit(RLIMIT_DATA, &data) != 0) giveUp(side);
    }
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (::dup2(side.in, 0) < 0 || ::dup2(side.out, 1) < 0) giveUp(side);
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

/// A pair of sockets, since send() can be told not to raise SIGPIPE.
Ends makeInput() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw systemError("cannot make a socket for a worker", errno);
    }
    return {sdk::UniqueFd(ends[0]), sdk::UniqueFd(ends[1])};
}

Ends makePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw systemError("cannot make a pipe for a worker", errno);
    }
    return {sdk::UniqueFd(ends[0]), sdk::UniqueFd(ends[1])};
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
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) becomeWorker(side);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) {
        throw systemError(std::string("cannot start ") + side.program, errno);
    }
    ::setpgid(pid, pid);  // both sides do, so that the group is there for whoever comes first
    return pid;
}

bool sendAll(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return false;
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return true;
}

}  // namespace

struct WorkerProcess::Child {
    Child(int out_fd, const Log& destination) : out(out_fd), reader(out_fd), log(destination) {}

    sdk::UniqueFd out;
    protocol::LineReader reader;
    const Log& log;
    std::mutex mutex;  // guards input, reaped and status
    sdk::UniqueFd input;
    bool reaped = false;
    sdk::ExitStatus status;
    pid_t pid = -1;

    void kill() noexcept {
        const std::scoped_lock lock(mutex);
        if (!reaped) ::kill(-pid, SIGKILL);
    }

    void reap() {
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
        // Until it is reaped, its number cannot be another's: what is left of its group goes with it.
        const std::scoped_lock lock(mutex);
        if (reaped) return;
        ::kill(-pid, SIGKILL);
        int raw = 0;
        while (::waitpid(pid, &raw, 0) < 0 && errno == EINTR) {
        }
        reaped = true;
        status = WIFSIGNALED(raw) ? sdk::ExitStatus{0, WTERMSIG(raw)} : sdk::ExitStatus{WEXITSTATUS(raw), 0};
    }
};

WorkerProcess::WorkerProcess(const WorkerOptions& options,
                             std::string_view command,
                             const JsonObject& request,
                             const Log& log) {
    Ends input = makeInput();
    Ends output = makePipe();
    Ends report = makePipe();
    std::vector<std::string> arguments = {options.program, std::string(command)};
    std::vector<std::string> environment = workerEnvironment(options);
    const std::vector<char*> argv = pointersTo(arguments);
    const std::vector<char*> envp = pointersTo(environment);
    child_ = std::make_unique<Child>(output.ours.release(), log);
    child_->pid = forkWorker({options.program.c_str(),
                              argv.data(),
                              envp.data(),
                              input.theirs.get(),
                              output.theirs.get(),
                              report.theirs.get(),
                              dataLimit(options),
                              ::getpid()});
    input.theirs.reset();
    output.theirs.reset();
    report.theirs.reset();
    int reason = 0;
    while (::read(report.ours.get(), &reason, sizeof(reason)) < 0 && errno == EINTR) {
    }
    if (reason != 0) {
        child_->reap();
        const Error error = systemError("cannot run the worker " + options.program, reason);
        throw Error(error.kind() == ErrorKind::NotFound ? ErrorKind::ToolMissing : error.kind(),
                    error.what(),
                    "set worker.program to the path of dbackup-worker");
    }
    std::ostringstream line;
    request.stringify(line);
    line << '\n';
    // A worker that is gone already shows in its output's end.
    sendAll(input.ours.get(), line.str());
    const std::scoped_lock lock(child_->mutex);
    child_->input = std::move(input.ours);
}

WorkerProcess::~WorkerProcess() {
    kill();
    child_->reap();
}

WorkerProcess::State WorkerProcess::next(protocol::Event& event, std::chrono::milliseconds timeout) {
    std::string line;
    for (;;) {
        switch (child_->reader.next(line, timeout)) {
            case protocol::LineReader::State::TimedOut:
                return State::TimedOut;
            case protocol::LineReader::State::Line:
                try {
                    event = protocol::eventFrom(line);
                    return State::Event;
                } catch (const Error&) {
                    // A plugin printed to standard output; that is its fault and not the run's.
                    child_->log.warning("a worker printed what is no event: " + line.substr(0, 200));
                }
                break;
            default:
                child_->reap();
                return State::Ended;
        }
    }
}

void WorkerProcess::cancel() noexcept {
    const std::scoped_lock lock(child_->mutex);
    child_->input.reset();
}

void WorkerProcess::kill() noexcept {
    child_->kill();
}

std::string WorkerProcess::exitText() const {
    const std::scoped_lock lock(child_->mutex);
    return child_->status.text();
}

int WorkerProcess::pid() const noexcept {
    return child_->pid;
}

}  // namespace dbackup::orchestrator
