#include "core/contract/process_watch.h"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "core/contract/suite.h"

namespace dbackup::contract {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::size_t entries(const char* folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Of a process that ends meanwhile: what there was.
std::string contentsOf(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return std::move(text).str();
}

void addDescendants(pid_t pid, std::vector<pid_t>& found) {
    std::error_code gone;
    fs::directory_iterator task("/proc/" + std::to_string(pid) + "/task", gone);
    for (; !gone && task != fs::directory_iterator(); task.increment(gone)) {
        std::istringstream children(contentsOf(task->path() / "children"));
        for (pid_t child = 0; children >> child;) {
            found.push_back(child);
            addDescendants(child, found);
        }
    }
}

/// A line of /proc/self/status, in bytes.
std::size_t memory(const std::string& key) {
    std::istringstream status(contentsOf("/proc/self/status"));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
    }
    throw Broken("/proc/self/status has no " + key);
}

}  // namespace

std::vector<pid_t> descendants() {
    std::vector<pid_t> found;
    addDescendants(::getpid(), found);
    return found;
}

std::string processFile(pid_t pid, const char* name) {
    return contentsOf("/proc/" + std::to_string(pid) + "/" + name);
}

ProcessWatch::ProcessWatch() : descriptors_(entries("/proc/self/fd")), threads_(entries("/proc/self/task")) {}

void forbidCoreFiles() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0)
        throw sdk::systemError("cannot read the limit of core files", errno);
    limit.rlim_cur = 0;
    if (::setrlimit(RLIMIT_CORE, &limit) != 0) throw sdk::systemError("cannot limit core files", errno);
}

void ProcessWatch::requireNothingLeft() const {
    rlimit core{};
    require(::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0,
            "it allows core files, which hold secrets");
    std::string left;
    for (const auto end = std::chrono::steady_clock::now() + 2s; std::chrono::steady_clock::now() < end;) {
        const auto children = descendants();
        const std::size_t descriptors = entries("/proc/self/fd");
        const std::size_t threads = entries("/proc/self/task");
        if (children.empty() && descriptors <= descriptors_ && threads <= threads_) return;
        left = std::to_string(children.size()) + " processes, " +
               std::to_string(descriptors - std::min(descriptors, descriptors_)) + " open descriptors, " +
               std::to_string(threads - std::min(threads, threads_)) + " threads";
        std::this_thread::sleep_for(20ms);
    }
    throw Broken("it left behind " + left);
}

PeakMemory::PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";  // resets VmHWM, proc(5)
    before_ = memory("VmRSS");
}

std::size_t PeakMemory::grown() const {
    const std::size_t peak = memory("VmHWM");
    return peak - std::min(peak, before_);
}

}  // namespace dbackup::contract
