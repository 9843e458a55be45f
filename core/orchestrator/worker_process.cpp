#include "core/orchestrator/worker_process.h"

#include <cerrno>
#include <csignal>
#include <mutex>

#include <sys/socket.h>
#include <sys/wait.h>

#include "core/orchestrator/limits.h"
#include "core/orchestrator/worker_spawn.h"
#include "core/protocol/line_reader.h"

namespace dbackup::orchestrator {

namespace {

/// @return 0, or errno
int sendAll(int socket, std::string_view bytes) {
    const timeval time{limits::request_time.count(), 0};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return errno;
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return 0;
}

}  // namespace

struct WorkerProcess::Child {
    Child(SpawnedWorker spawned, const Log& destination)
        : pid(spawned.pid),
          output(std::move(spawned.output)),
          reader(output.get()),
          log(destination),
          data(std::move(spawned.data)),
          input(std::move(spawned.input)) {}

    const pid_t pid;
    const sdk::UniqueFd output;
    protocol::LineReader reader;
    const Log& log;
    int garbage = 0;
    sdk::UniqueFd data;

    std::mutex mutex;  // guards what follows
    sdk::UniqueFd input;
    bool reaped = false;
    sdk::ExitStatus status;

    void kill() noexcept {
        const std::scoped_lock lock(mutex);
        if (!reaped) ::kill(-pid, SIGKILL);
    }

    /// Without collecting it.
    bool wait(int flags) const noexcept {
        siginfo_t info{};
        int result = 0;
        do {
            result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | flags);
        } while (result != 0 && errno == EINTR);
        return result == 0 && info.si_pid == pid;
    }

    void reap() noexcept {
        wait(0);
        // Until it is reaped its number cannot be another's: what is left of its group goes with it.
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
                             const Log& log,
                             WorkerChannels channels)
    : child_(std::make_unique<Child>(spawnWorker(options, command, channels), log)) {
    const std::string line = toText(JsonVar(JsonObject::Ptr(new JsonObject(request)))) + "\n";
    const int failure = sendAll(child_->input.get(), line);
    if (failure == EAGAIN || failure == EWOULDBLOCK) {
        kill();
        child_->reap();
        throw Error(ErrorKind::Unavailable, "the worker " + options.program + " does not read its request")
            .canRetry();
    }
    // One that is gone already shows in the end of its output.
}

WorkerProcess::~WorkerProcess() {
    kill();
    child_->reap();
}

WorkerProcess::State WorkerProcess::next(protocol::Event& event, std::chrono::milliseconds timeout) {
    std::string line;
    auto state = child_->reader.next(line, timeout);
    if (state == protocol::LineReader::State::TimedOut) {
        if (!child_->wait(WNOHANG)) return State::TimedOut;
        // It has ended, though something else keeps its output open. All that it wrote is there by now.
        state = child_->reader.next(line, std::chrono::milliseconds(0));
    }
    if (state != protocol::LineReader::State::Line) {
        child_->reap();
        return State::Ended;
    }
    auto parsed = parse(line);
    if (!parsed) return State::TimedOut;
    event = std::move(*parsed);
    return State::Event;
}

std::optional<protocol::Event> WorkerProcess::parse(const std::string& line) {
    try {
        return protocol::eventFrom(line);
    } catch (const Error&) {
        // Something in it wrote to the wrong place; that alone is no reason to lose a backup.
        if (++child_->garbage <= limits::logged_garbage) {
            child_->log.warning("a worker wrote what is no event: " + line.substr(0, 200));
        }
        return std::nullopt;
    }
}

void WorkerProcess::cancel() noexcept {
    const std::scoped_lock lock(child_->mutex);
    child_->input.reset();
}

void WorkerProcess::confirm() noexcept {
    const std::scoped_lock lock(child_->mutex);
    // A worker that does not read, or is gone, needs none.
    if (child_->input) ::send(child_->input.get(), "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void WorkerProcess::kill() noexcept {
    child_->kill();
}

sdk::ExitStatus WorkerProcess::exitStatus() const {
    const std::scoped_lock lock(child_->mutex);
    return child_->status;
}

int WorkerProcess::pid() const noexcept {
    return child_->pid;
}

sdk::UniqueFd WorkerProcess::takeData() noexcept {
    return std::move(child_->data);
}

std::string deathText(sdk::ExitStatus status, const std::string& where, const std::string& suspects) {
    const std::string how = status.text() + " while " + where;
    const std::string blame =
        "; a plugin is likely at fault" + (suspects.empty() ? std::string() : " (at work: " + suspects + ")");
    if (status.signal == SIGKILL || status.signal == SIGTERM) {
        return "The worker was ended from outside: " + how +
               ". Look into the system's log for a shortage of memory";
    }
    if (status.signal != 0) {
        return "The worker crashed: " + how + blame;
    }
    return "The worker ended without a result: " + how + blame;
}

}  // namespace dbackup::orchestrator
