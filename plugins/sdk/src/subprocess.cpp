#include "dbackup/sdk/subprocess.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <stop_token>
#include <utility>

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "child.h"
#include "dbackup/sdk/error.h"
#include "sigpipe_blocked.h"
#include "stderr_reader.h"

namespace dbackup::sdk {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 16U << 10;
constexpr std::size_t max_message_bytes = 2U << 10;
constexpr std::int64_t longest_wait_ms = 86'400'000;
constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

std::string baseName(const std::string& program) {
    return program.substr(program.rfind('/') + 1);
}

// The tool's own variables win over the small environment that every tool gets.
std::vector<std::string> environmentOf(std::map<std::string, std::string> variables, const RunContext& run) {
    variables.try_emplace("PATH", run.toolPath().empty() ? default_path : run.toolPath());
    variables.try_emplace("HOME", run.scratch().string());
    variables.try_emplace("LANG", "C.UTF-8");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody in a worker calls setenv()
    if (const char* zone = std::getenv("TZ"); zone != nullptr) {
        variables.try_emplace("TZ", zone);
    }
    std::vector<std::string> environment;
    environment.reserve(variables.size());
    for (const auto& [name, value] : variables) {
        environment.push_back(name + "=" + value);
    }
    return environment;
}

// The end of a text, from the start of a line.
std::string lastLines(const std::string& text) {
    if (text.size() <= max_message_bytes) {
        return text;
    }
    const std::size_t cut = text.size() - max_message_bytes;
    const std::size_t line = text.find('\n', cut);
    return line == std::string::npos ? text.substr(cut) : text.substr(line + 1);
}

}  // namespace

std::string ExitStatus::text() const {
    if (signal == 0) {
        return "exit status " + std::to_string(code);
    }
    const char* name = ::sigdescr_np(signal);
    return "killed by signal " + std::to_string(signal) +
           (name == nullptr ? "" : " (" + std::string(name) + ")");
}

struct Subprocess::State {
    State(const Command& command, RunContext& run_context)
        : name(baseName(command.program_)),
          run(run_context),
          stopped(makeEvent(name)),
          child(planFor(command, run_context)),
          stderr_reader(std::move(child.err), name, run_context),
          on_stop(run.stop(), [this] {
              child.kill();
              ::eventfd_write(stopped.get(), 1);
          }) {}

    static ChildPlan planFor(const Command& command, const RunContext& run) {
        run.throwIfStopped();
        ChildPlan plan;
        plan.program = command.program_;
        plan.argv = command.args_;
        plan.argv.insert(plan.argv.begin(), command.program_);
        plan.environment = environmentOf(command.env_, run);
        plan.secrets = command.secrets_;
        plan.input = command.input_;
        plan.guarded = command.guarded_;
        return plan;
    }

    // Returns when one of the descriptors is ready. The stop of the run and the deadline end every wait.
    void waitFor(pollfd first, pollfd second = {-1, 0, 0}) {
        std::array<pollfd, 3> watched{first, second, pollfd{stopped.get(), POLLIN, 0}};
        for (;;) {
            const int ready = ::poll(watched.data(), watched.size(), remainingMs());
            run.throwIfStopped();
            if (ready > 0) return;
            if (ready == 0) throwTimeout();
            if (errno != EINTR) throw systemError("cannot wait for " + name, errno);
        }
    }

    int remainingMs() const {
        if (!deadline) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - SteadyClock::now());
        return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest_wait_ms));
    }

    [[noreturn]] void throwTimeout() {
        child.kill();
        throw Error(ErrorKind::Unavailable,
                    name + " did not end within " + std::to_string(timeout.count()) + " ms")
            .canRetry();
    }

    // Reads what is there: 0 at the end, and no value if there is nothing at the moment.
    std::optional<std::size_t> readSome(std::span<std::byte> into) {
        for (;;) {
            const ssize_t count = ::read(child.out.get(), into.data(), into.size());
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno == EAGAIN) {
                return std::nullopt;
            }
            if (errno != EINTR) throw systemError("cannot read from " + name, errno);
        }
    }

    std::string name;
    RunContext& run;
    UniqueFd stopped;  // readable once the run was stopped
    Child child;
    StderrReader stderr_reader;
    std::chrono::milliseconds timeout{};
    std::optional<SteadyClock::time_point> deadline;
    std::stop_callback<std::function<void()>> on_stop;  // last: it uses what is above
};

Subprocess::Subprocess(const Command& command, RunContext& run)
    : state_(std::make_unique<State>(command, run)) {}

Subprocess::~Subprocess() = default;

std::size_t Subprocess::read(std::span<std::byte> into) {
    for (;;) {
        state_->run.throwIfStopped();
        if (const auto count = state_->readSome(into)) {
            if (*count == 0) state_->run.throwIfStopped();  // killed, so not the end of the data
            return *count;
        }
        state_->waitFor({state_->child.out.get(), POLLIN, 0});
    }
}

bool Subprocess::writeInput(std::span<const std::byte> bytes) {
    const SigpipeBlocked no_signal;
    while (!bytes.empty()) {
        state_->run.throwIfStopped();
        const ssize_t count = ::write(state_->child.in.get(), bytes.data(), bytes.size());
        if (count >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        } else if (errno == EPIPE || errno == EBADF || errno == ECONNRESET) {
            state_->run.throwIfStopped();
            return false;
        } else if (errno == EAGAIN) {
            state_->waitFor({state_->child.in.get(), POLLOUT, 0});
        } else if (errno != EINTR) {
            throw systemError("cannot write to " + state_->name, errno);
        }
    }
    return true;
}

void Subprocess::closeInput() {
    state_->child.endInput();
}

std::string Subprocess::readAll(std::size_t limit) {
    std::string text;
    std::array<std::byte, read_bytes> buffer{};
    while (const std::size_t count = read(buffer)) {
        if (text.size() + count > limit) {
            kill();
            throw Error(
                ErrorKind::ToolFailed,
                state_->name + " wrote more than the " + std::to_string(limit) + " bytes expected of it");
        }
        text.append(reinterpret_cast<const char*>(buffer.data()), count);
    }
    return text;
}

ExitStatus Subprocess::wait() {
    closeInput();
    std::array<std::byte, read_bytes> unread{};
    bool output_open = true;
    pollfd end{state_->child.ended.get(), POLLIN, 0};
    do {
        // poll() passes over a negative descriptor.
        state_->waitFor(end, {output_open ? state_->child.out.get() : -1, POLLIN, 0});
        if (output_open) output_open = state_->readSome(unread) != 0U;
    } while (::poll(&end, 1, 0) == 0);
    const ExitStatus status = state_->child.reap();
    state_->stderr_reader.finish();
    state_->stderr_reader.rethrowFailure();
    return status;
}

void Subprocess::waitOk() {
    const ExitStatus status = wait();
    if (status.ok()) {
        return;
    }
    const std::string last = lastLines(errorText());
    throw Error(ErrorKind::ToolFailed,
                state_->name + " failed (" + status.text() + ")" + (last.empty() ? "" : ": " + last));
}

std::string Subprocess::errorText() const {
    return state_->stderr_reader.text();
}

void Subprocess::kill() noexcept {
    state_->child.kill();
}

int Subprocess::pid() const noexcept {
    return state_->child.pid();
}

std::string runTool(const Command& command, RunContext& run, std::chrono::milliseconds timeout) {
    Subprocess tool(command, run);
    tool.state_->timeout = timeout;
    tool.state_->deadline = SteadyClock::now() + timeout;
    std::string output = tool.readAll();
    tool.waitOk();
    return output;
}

}  // namespace dbackup::sdk
