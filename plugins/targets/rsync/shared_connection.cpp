#include "shared_connection.h"

#include <chrono>
#include <filesystem>

#include <sys/un.h>
#include <sys/wait.h>

#include <dbackup/sdk/retry.h>

#include "tool_failure.h"

namespace dbackup::rsync {

namespace {

using Clock = std::chrono::steady_clock;

/// A server that takes longer is not waited for: the next call logs in by itself.
constexpr auto longest_login = std::chrono::seconds(2);
constexpr auto look_again = std::chrono::milliseconds(5);
/// ssh makes the socket under a name that is longer by this, and renames it (its mux.c).
constexpr std::size_t ssh_adds = 17;

std::string socketIn(const SshFiles& files) {
    std::string path = files.at("s");
    return path.size() + ssh_adds < sizeof(sockaddr_un::sun_path) ? path : std::string();
}

}  // namespace

SharedConnection::SharedConnection(const RsyncSettings& settings,
                                   const std::string& known_hosts,
                                   sdk::RunContext& run)
    : run_(run), files_(settings, known_hosts, run), socket_(socketIn(files_)) {
    if (socket_.empty()) return;
    sdk::Command command(requireTool("ssh", run));
    command.args({"-F", files_.at("config"), "-M", "-N", "-S", socket_, settings.host});
    files_.answerFor(command);
    ssh_ = std::make_unique<sdk::Subprocess>(command, run_);
}

SharedConnection::~SharedConnection() = default;

bool SharedConnection::isUnderWay() const {
    siginfo_t ended{};
    const bool asked =
        ::waitid(P_PID, static_cast<id_t>(ssh_->pid()), &ended, WEXITED | WNOHANG | WNOWAIT) == 0;
    return asked && ended.si_pid == 0;
}

std::string SharedConnection::socket(const sdk::RunContext& run) {
    const auto end = Clock::now() + longest_login;
    std::error_code ignored;
    while (ssh_ && !waited_ && !std::filesystem::exists(socket_, ignored)) {
        waited_ = !isUnderWay() || Clock::now() > end;
        sdk::sleepFor(look_again, run);
    }
    waited_ = true;
    return socket_;
}

}  // namespace dbackup::rsync
