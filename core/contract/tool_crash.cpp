#include "core/contract/tool_crash.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include <dbackup/sdk/error.h>

#include "core/contract/process_watch.h"
#include "core/contract/suite.h"
#include "core/contract/tool_watch.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using sdk::ErrorKind;
/// In the status of an ended process, wait(2).
constexpr int core_was_written = 0x80;

/// What /proc/PID/stat says of a process.
struct ProcessState {
    char state = 0;  // 'Z' once it has ended
    int status = 0;  // how it ended, as in wait(2)
};

std::optional<ProcessState> stateOf(pid_t pid) {
    const std::string stat = processFile(pid, "stat");
    const std::size_t name_end = stat.rfind(')');  // the name may have anything in it
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream rest(stat.substr(name_end + 1));
    const std::vector<std::string> words{std::istream_iterator<std::string>(rest), {}};
    if (words.empty()) return std::nullopt;
    return ProcessState{words.front().front(), std::stoi(words.back())};
}

/// Waits for what the process is by then; nothing when it has been reaped already.
std::optional<ProcessState> awaitEnd(pid_t pid) {
    const auto deadline = std::chrono::steady_clock::now() + 2s;
    auto now = stateOf(pid);
    while (now && now->state != 'Z' && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(1ms);
        now = stateOf(pid);
    }
    return now;
}

/// Such a program is told of every crash; whether it keeps a core file, it decides by the same limit
/// (core(5)).
bool coresGoToProgram() {
    std::ifstream pattern("/proc/sys/kernel/core_pattern");
    return pattern.peek() == '|';
}

/// Sees how the tool ends, while nobody waits for its end. @return false when none runs, or it was at its end
bool crashTool(int signal) {
    const auto running = descendants();
    const auto alive = std::find_if(running.begin(), running.end(), [](pid_t pid) {
        const auto state = stateOf(pid);
        return state && state->state != 'Z';
    });
    if (alive == running.end()) return false;
    if (const std::string why = coreFileAllowed(*alive); !why.empty()) throw Broken(why);
    const std::string program = programOf(*alive);
    if (::kill(*alive, signal) != 0) {
        if (errno == ESRCH) return false;
        throw sdk::systemError("cannot signal " + program, errno);
    }
    const auto ended = awaitEnd(*alive);
    if (ended && ended->state != 'Z')
        throw NotLookedAt(program + " goes on after signal " + std::to_string(signal));
    if (ended && (ended->status & core_was_written) != 0 && !coresGoToProgram())
        throw Broken(program + " left a core file");
    return ended && ended->status != 0;  // else it was at its end anyway
}

}  // namespace

void ToolCrash::atBlock(std::uint64_t bytes) {
    if (bytes == 0 || done_) return;
    done_ = true;
    try {
        crashed_ = crashTool(signal_);
    } catch (...) {
        seen_ = std::current_exception();
    }
    if (!crashed_) throw sdk::Error(ErrorKind::Unavailable, "the check ends here");
}

void ToolCrash::requireTold(const std::string& what,
                            const CheckRun& run,
                            const std::function<void()>& call) const {
    std::optional<sdk::Error> error;
    try {
        call();
    } catch (const sdk::Error& thrown) {
        error = thrown;
    }
    if (seen_) std::rethrow_exception(seen_);
    if (!crashed_) throw NotLookedAt("no tool runs in the middle of " + what);
    require(error.has_value(), what + " whose tool has crashed succeeds");
    require(error->kind() == ErrorKind::ToolFailed || error->kind() == ErrorKind::Unavailable,
            "the crash of a tool is " + std::string(sdk::toString(error->kind())) + " (" + error->text() +
                "), not ToolFailed or Unavailable");
    require(!run.tells(error->text()), "the error about a tool that crashed tells a secret");
    run.requireClean();
}

}  // namespace dbackup::contract
