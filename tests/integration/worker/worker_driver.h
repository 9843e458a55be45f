#pragma once

#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "core/protocol/line_reader.h"
#include "core/protocol/messages.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

using protocol::Event;
using Kind = protocol::Event::Kind;

/// A dbackup-worker process, started and watched as the daemon does. [one thread]
class WorkerDriver {
public:
    WorkerDriver(const std::string& command, const std::string& line) {
        signal(SIGPIPE, SIG_IGN);
        int in[2];
        int out[2];
        REQUIRE(pipe2(in, O_CLOEXEC) == 0);
        REQUIRE(pipe2(out, O_CLOEXEC) == 0);
        const sdk::UniqueFd child_in(in[0]);
        const sdk::UniqueFd child_out(out[1]);
        in_.reset(in[1]);
        out_.reset(out[0]);
        reader_.emplace(out_.get());
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, child_in.get(), STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, child_out.get(), STDOUT_FILENO);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        std::string program = WORKER_PROGRAM;
        std::string argument = command;
        char* argv[] = {program.data(), argument.data(), nullptr};
        REQUIRE(posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv, environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (!line.empty()) protocol::writeLine(in_.get(), line);
    }
    WorkerDriver(const std::string& command, const JsonObject::Ptr& request)
        : WorkerDriver(command, toText(request)) {}
    WorkerDriver(const WorkerDriver&) = delete;
    WorkerDriver& operator=(const WorkerDriver&) = delete;
    ~WorkerDriver() {
        if (pid_ > 0) {
            kill(SIGKILL);
            wait();
        }
    }

    /// The next event; nothing at the end of its output.
    std::optional<Event> next() {
        std::string line;
        const auto state = reader_->next(line, std::chrono::seconds(60));
        REQUIRE(state != protocol::LineReader::State::TimedOut);
        if (state == protocol::LineReader::State::End) return std::nullopt;
        text_ += line + "\n";
        Event event = protocol::eventFrom(line);
        if (event.kind == Kind::Leftover) leftovers_.insert({event.component_id, event.token});
        if (event.kind == Kind::LeftoverGone) leftovers_.erase({event.component_id, event.token});
        return event;
    }
    /// Reads on until an event of this kind (and stage).
    std::optional<Event> until(Kind kind, const std::string& stage = {}) {
        while (std::optional<Event> event = next()) {
            if (event->kind == kind && (stage.empty() || event->stage == stage)) return event;
        }
        return std::nullopt;
    }
    std::optional<Event> result() { return until(Kind::Result); }

    /// A leftover is on record.
    void confirm() const { protocol::writeLine(in_.get(), ""); }
    void cancel() { in_.reset(); }
    void kill(int signal) const { ::kill(-pid_, signal); }
    /// As waitpid() gives it. All output has been read by then, or is not wanted.
    int wait() {
        int status = 0;
        REQUIRE(waitpid(pid_, &status, 0) == pid_);
        pid_ = -1;
        return status;
    }
    /// A number of kB from /proc/<pid>/status, such as "VmHWM".
    long status(const std::string& key) const {
        std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with(key + ":")) return std::stol(line.substr(key.size() + 1));
        }
        return 0;
    }
    int pid() const { return pid_; }
    const std::set<std::pair<std::string, std::string>>& leftovers() const { return leftovers_; }
    const std::string& text() const { return text_; }

private:
    pid_t pid_ = -1;
    sdk::UniqueFd in_;
    sdk::UniqueFd out_;
    std::optional<protocol::LineReader> reader_;
    std::string text_;
    std::set<std::pair<std::string, std::string>> leftovers_;
};

/// Requests to the worker with the scripted engine and local folders.
struct Site {
    protocol::RunSetup setup() const { return {dir.path().string(), "/usr/bin"}; }
    static protocol::ComponentRef source(const std::string& settings,
                                         const std::string& component = "scripted") {
        return {"s1", "The source", HOSTILE_PLUGIN, component, settings, {"password"}};
    }
    protocol::ComponentRef destination(const std::string& id = "d1") const {
        return {
            id, id, LOCAL_PLUGIN, "local-filesystem", R"({"basePath":")" + folder(id).string() + R"("})", {}};
    }
    std::filesystem::path folder(const std::string& id = "d1") const { return dir / id; }
    std::filesystem::path file(const std::string& name) const { return folder() / "job" / "backup" / name; }

    protocol::BackupRequest backupRequest(const std::string& settings,
                                          const std::string& component = "scripted") const {
        protocol::BackupRequest request;
        request.setup = setup();
        request.execution_id = "execution-1";
        request.job_id = "job-1";
        request.job_name = "job";
        request.path = "job/backup";
        request.created_at = fromIso("2026-01-15T10:30:00Z");
        request.sources = {{source(settings, component), {}, ""}};
        request.destinations = {{destination()}};
        return request;
    }
    protocol::RestoreRequest restoreRequest(const std::string& settings) const {
        protocol::RestoreRequest request;
        request.setup = setup();
        request.origin = destination();
        request.path = "job/backup";
        request.target = source(settings);
        return request;
    }
    Event backup(const protocol::BackupRequest& request) const {
        WorkerDriver worker("backup", toJson(request));
        const std::optional<Event> result = worker.result();
        REQUIRE(result);
        CHECK(worker.leftovers().empty());
        return *result;
    }
    Event restore(const protocol::RestoreRequest& request) const {
        WorkerDriver worker("restore", toJson(request));
        const std::optional<Event> result = worker.result();
        REQUIRE(result);
        return *result;
    }
    Event cleanup(const std::vector<std::string>& tokens) const {
        WorkerDriver worker("cleanup",
                            toJson(protocol::CleanupRequest{setup(), destination(), tokens, "job/backup"}));
        const std::optional<Event> result = worker.result();
        REQUIRE(result);
        return *result;
    }
    /// Everything below a destination's folder.
    std::set<std::string> tree(const std::string& id = "d1") const {
        std::set<std::string> names;
        if (!std::filesystem::exists(folder(id))) return names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder(id)))
            names.insert(std::filesystem::relative(entry.path(), folder(id)).string());
        return names;
    }

    TempDir dir;
};

}  // namespace dbackup::test
