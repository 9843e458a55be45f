#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// Polls until it is true. @return false when it never was
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::seconds timeout = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

inline std::string readFile(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A program of ours, its output in files of a private folder; killed with the object.
class Program {
public:
    Program(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
        std::vector<std::string> argv = {program.string()};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        std::vector<char*> pointers;
        for (std::string& argument : argv)
            pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 1, (folder_ / "out").c_str(), O_WRONLY | O_CREAT, 0600);
        posix_spawn_file_actions_addopen(&actions, 2, (folder_ / "err").c_str(), O_WRONLY | O_CREAT, 0600);
        if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers.data(), environ) != 0) pid_ = -1;
        posix_spawn_file_actions_destroy(&actions);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        if (pid_ > 0) {
            signal(SIGKILL);
            wait();
        }
    }

    pid_t pid() const { return pid_; }
    void signal(int number) const { kill(pid_, number); }
    /// Waits for its end. @return its exit status, or minus the signal that ended it
    int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    bool running() const {
        return waitid(P_PID, static_cast<id_t>(pid_), &info_, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info_.si_pid == 0;
    }
    std::string out() const { return readFile(folder_ / "out"); }
    std::string err() const { return readFile(folder_ / "err"); }

private:
    TempDir folder_;
    pid_t pid_ = -1;
    mutable siginfo_t info_{};
};

inline const std::filesystem::path dbackupd = DBACKUP_BINARY_DIR "/sbin/dbackupd";

/// What a run of dbackupd to its end gave.
struct Run {
    int status;
    std::string out;
    std::string err;
};
inline Run runDaemon(const std::vector<std::string>& arguments) {
    Program program(dbackupd, arguments);
    const int status = program.wait();
    return {status, program.out(), program.err()};
}

/// A running service on a free port.
class Service {
public:
    explicit Service(const std::filesystem::path& state,
                     std::vector<std::string> more = {},
                     const std::filesystem::path& program = dbackupd)
        : port_file_(state / "dbackupd.port"), process_(program, argumentsFor(state, std::move(more))) {
        ready_ = eventually([this] { return !process_.running() || std::filesystem::exists(port_file_); }) &&
                 std::filesystem::exists(port_file_);
        if (ready_) port_ = static_cast<std::uint16_t>(std::stoi(readFile(port_file_)));
    }

    bool ready() const { return ready_; }
    std::uint16_t port() const { return port_; }
    Program& process() { return process_; }
    /// SIGTERM. @return the exit status
    int stop() {
        process_.signal(SIGTERM);
        return process_.wait();
    }

private:
    static std::vector<std::string> argumentsFor(const std::filesystem::path& state,
                                                 std::vector<std::string> more) {
        more.insert(more.begin(), {"-Dstate.dir=" + state.string(), "-Dapi.port=0"});
        return more;
    }

    std::filesystem::path port_file_;
    Program process_;
    bool ready_ = false;
    std::uint16_t port_ = 0;
};

}  // namespace dbackup::test
