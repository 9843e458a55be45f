#include "core/contract/tool_watch.h"

#include <chrono>
#include <sstream>
#include <stop_token>

#include "core/contract/check_run.h"
#include "core/contract/process_watch.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;

std::string search(const std::vector<std::string>& secrets) {
    for (const pid_t pid : descendants()) {
        const std::string arguments = processFile(pid, "cmdline");
        const std::string environment = processFile(pid, "environ");
        for (const std::string& secret : secrets) {
            if (secret.size() < shortest_secret) continue;
            if (arguments.find(secret) != std::string::npos)
                return "a secret stands in the arguments of " + programOf(pid);
            if (environment.find(secret) != std::string::npos)
                return "a secret stands in the environment of " + programOf(pid);
        }
        if (std::string why = coreFileAllowed(pid); !why.empty()) return why;
    }
    return {};
}

bool mayWriteCore(const std::string& limits) {
    constexpr std::string_view row = "Max core file size";
    const std::size_t at = limits.find(row);
    if (at == std::string::npos) return false;  // it has ended
    std::string soft;
    std::istringstream(limits.substr(at + row.size())) >> soft;
    return soft != "0";
}

}  // namespace

std::string programOf(pid_t pid) {
    const std::string arguments = processFile(pid, "cmdline");
    return arguments.substr(0, arguments.find('\0'));
}

std::string coreFileAllowed(pid_t pid) {
    const std::string program = programOf(pid);
    if (!mayWriteCore(processFile(pid, "limits")) || program.empty()) return {};
    return "core files, which hold secrets, are allowed to " + program;
}

ToolWatch::ToolWatch(std::vector<std::string> secrets)
    : thread_([this, secrets = std::move(secrets)](const std::stop_token& stop) {
          while (!stop.stop_requested() && found_.empty()) {
              found_ = search(secrets);
              std::this_thread::sleep_for(2ms);
          }
      }) {}

void ToolWatch::end() {
    thread_.request_stop();
    thread_.join();
    require(found_.empty(), found_);
}

}  // namespace dbackup::contract
