#include "child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <utility>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgets to say that it is C
}

#include "dbackup/sdk/error.h"
#include "dbackup/sdk/reset_signals.h"
#include "dbackup/sdk/signals_blocked.h"

namespace dbackup::sdk {

namespace {

constexpr int pipe_bytes = 1 << 20;
// Descriptors that the child gets lie above every number that it gets them under, so that no dup2()
// in the child overwrites one that is still to be copied.
constexpr int lowest_own_fd = 64;
constexpr std::size_t max_secrets = lowest_own_fd - first_secret_fd;

UniqueFd lifted(UniqueFd&& fd, const std::string& program) {
    const UniqueFd low = std::move(fd);
    UniqueFd high(::fcntl(low.get(), F_DUPFD_CLOEXEC, lowest_own_fd));
    if (!high) {
        throw systemError("cannot prepare the descriptors of " + program, errno);
    }
    return high;
}

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

Pipe makePipe(const std::string& program) {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
        throw systemError("cannot make a pipe for " + program, errno);
    }
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// A Unix socket whose other end was closed with bytes unread there gives ECONNRESET instead of an end
// (unix(7) is silent about it; Linux does so since 2.6). So one byte waits at our end, where nobody reads it
// but endInput().
Pipe makeGuardedPipe(const std::string& program) {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
        throw systemError("cannot make a socket for " + program, errno);
    }
    Pipe ends{UniqueFd(fds[0]), UniqueFd(fds[1])};
    const char guard = 0;
    if (::write(ends.read_end.get(), &guard, 1) != 1) {
        throw systemError("cannot guard the input of " + program, errno);
    }
    ::setsockopt(ends.write_end.get(), SOL_SOCKET, SO_SNDBUF, &pipe_bytes, sizeof(pipe_bytes));
    return ends;
}

Pipe makeInput(const ChildPlan& plan) {
    if (!plan.input) return {UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)), {}};
    if (plan.guarded) return makeGuardedPipe(plan.program);
    Pipe ends = makePipe(plan.program);
    ::fcntl(ends.write_end.get(), F_SETPIPE_SZ, pipe_bytes);
    return ends;
}

void setNonBlocking(const UniqueFd& fd) {
    if (fd) ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
}

// An anonymous file that holds the secret, sealed so that the child cannot change it.
UniqueFd secretFd(const SecretString& secret, const std::string& program) {
    UniqueFd file(::memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const std::string& text = secret.reveal();
    const bool written = file && ::fchmod(file.get(), S_IRUSR | S_IWUSR) == 0 &&
                         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::lseek(file.get(), 0, SEEK_SET) == 0 &&
                         ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) == 0;
    if (!written) {
        throw systemError("cannot hand a secret to " + program, errno);
    }
    return lifted(std::move(file), program);
}

std::vector<char*> pointersTo(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str()));  // execve() takes them so and changes nothing
    }
    pointers.push_back(nullptr);
    return pointers;
}

// What the child reads between fork and exec: plain memory that exists already.
struct ChildSide {
    const char* program;
    char* const* argv;
    char* const* environment;
    int in;
    int out;
    int err;
    const int* secrets;
    std::size_t secret_count;
    int report;  // where errno of a failure goes
    pid_t parent;
};

// GCOVR_EXCL_START: what runs in the child leaves no counts behind, since the exec replaces its memory.
bool placeDescriptors(const ChildSide& side) {
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return false;
    if (::dup2(side.in, 0) < 0 || ::dup2(side.out, 1) < 0 || ::dup2(side.err, 2) < 0) return false;
    for (std::size_t i = 0; i < side.secret_count; ++i) {
        if (::dup2(side.secrets[i], first_secret_fd + static_cast<int>(i)) < 0) return false;
    }
    return true;
}

// Runs in the forked child of a program with threads: async-signal-safe calls only, no allocation.
[[noreturn]] void becomeProgram(const ChildSide& side) {
    // A session of its own is a process group of its own, and leaves no terminal to ask for a password.
    const bool grouped = ::setsid() >= 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
    if (grouped && ::getppid() != side.parent) {
        ::_exit(127);  // the parent died before the death signal was set
    }
    if (grouped && placeDescriptors(side)) {
        resetSignals();
        ::execve(side.program, side.argv, side.environment);
    }
    const int reason = errno;
    [[maybe_unused]] const ssize_t ignored = ::write(side.report, &reason, sizeof(reason));
    ::_exit(127);
}

// GCOVR_EXCL_STOP

Error startFailure(const std::string& program, int reason) {
    const Error as_errno = systemError("cannot run " + program, reason);
    switch (reason) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
            return {ErrorKind::ToolMissing, as_errno.what(), "Install it, or put its folder into tools.path"};
        case EACCES:
        case EPERM:
            return {ErrorKind::Permission, as_errno.what()};
        default:
            return as_errno;
    }
}

// The reason that the child wrote, or 0 once a successful exec has closed the pipe.
int readReport(const UniqueFd& report) {
    int reason = 0;
    while (::read(report.get(), &reason, sizeof(reason)) < 0 && errno == EINTR) {
    }
    return reason;
}

// The ends of the pipes that the child gets, and its secrets.
struct ChildEnds {
    UniqueFd in;
    UniqueFd out;
    UniqueFd err;
    UniqueFd report;
    std::vector<UniqueFd> secrets;
};

// Forks and waits until the child runs its program. Returns its number at once, so that it can be killed.
int forkAndReport(const ChildPlan& plan, ChildEnds ends, const UniqueFd& report, pid_t& pid) {
    const std::vector<char*> argv = pointersTo(plan.argv);
    const std::vector<char*> environment = pointersTo(plan.environment);
    std::vector<int> secrets;
    for (const UniqueFd& secret : ends.secrets) {
        secrets.push_back(secret.get());
    }
    const ChildSide side{plan.program.c_str(),
                         argv.data(),
                         environment.data(),
                         ends.in.get(),
                         ends.out.get(),
                         ends.err.get(),
                         secrets.data(),
                         secrets.size(),
                         ends.report.get(),
                         ::getpid()};
    {
        const AllSignalsBlocked no_handler_runs_in_the_child;
        pid = ::fork();
        if (pid == 0) becomeProgram(side);
    }
    if (pid < 0) {
        throw systemError("cannot start " + plan.program, errno);
    }
    ends.report.reset();
    return readReport(report);
}

}  // namespace

UniqueFd makeEvent(const std::string& name) {
    UniqueFd event(::eventfd(0, EFD_CLOEXEC));
    if (!event) {
        throw systemError("cannot watch " + name, errno);
    }
    return event;
}

Child::Child(const ChildPlan& plan) {
    const std::string& program = plan.program;
    if (plan.secrets.size() > max_secrets) {
        throw Error(ErrorKind::Internal, "too many secrets for " + program);
    }
    Pipe out_pipe = makePipe(program);
    Pipe err_pipe = makePipe(program);
    Pipe report = makePipe(program);
    Pipe in_pipe = makeInput(plan);
    guarded_ = plan.guarded;
    ::fcntl(
        out_pipe.read_end.get(), F_SETPIPE_SZ, pipe_bytes);  // smaller where the kernel says no: only slower

    ChildEnds ends{lifted(std::move(in_pipe.read_end), program),
                   lifted(std::move(out_pipe.write_end), program),
                   lifted(std::move(err_pipe.write_end), program),
                   lifted(std::move(report.write_end), program),
                   {}};
    for (const SecretString& secret : plan.secrets) {
        ends.secrets.push_back(secretFd(secret, program));
    }
    const int reason = forkAndReport(plan, std::move(ends), report.read_end, pid_);
    reaped_ = false;
    if (reason == 0) {
        ended = UniqueFd(::pidfd_open(pid_, 0));
    }
    if (!ended) {
        const int error = errno;
        kill();
        reap();
        throw reason != 0 ? startFailure(program, reason) : systemError("cannot watch " + program, error);
    }
    in = std::move(in_pipe.write_end);
    out = std::move(out_pipe.read_end);
    err = std::move(err_pipe.read_end);
    setNonBlocking(in);
    setNonBlocking(out);
    setNonBlocking(err);
}

Child::~Child() {
    kill();
    reap();
}

void Child::kill() noexcept {
    const std::lock_guard lock(mutex_);
    if (!reaped_) ::kill(-pid_, SIGKILL);
}

void Child::endInput() noexcept {
    char guard = 0;
    // A signal cannot interrupt it, since the byte is there and the socket does not block.
    if (guarded_ && in && ::read(in.get(), &guard, 1) != 1) kill();
    in.reset();
}

ExitStatus Child::reap() noexcept {
    const std::lock_guard lock(mutex_);
    if (reaped_) {
        return status_;
    }
    const auto id = static_cast<id_t>(pid_);
    siginfo_t info{};
    while (::waitid(P_PID, id, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
    ::kill(-pid_, SIGKILL);  // while the ended child still holds the number
    while (::waitid(P_PID, id, &info, WEXITED) < 0 && errno == EINTR) {
    }
    (info.si_code == CLD_EXITED ? status_.code : status_.signal) = info.si_status;
    reaped_ = true;
    return status_;
}

}  // namespace dbackup::sdk
