// A dbackup-worker that does what a script says: the setting `script` of the source (backup), of the target
// (restore) or of the component (all others), one command a line. Files are named below the setting `folder`.
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "core/protocol/line_reader.h"
#include "core/protocol/messages.h"

namespace {

using namespace dbackup;
using Kind = protocol::Event::Kind;

class FakeWorker {
public:
    FakeWorker(std::string command, std::string request)
        : command_(std::move(command)),
          text_(std::move(request)),
          request_(parseJsonObject(text_, "request")) {
        const auto settings = parseJsonObject(component().settings, "settings");
        folder_ = textOr(*settings, "folder");
        script_ = textOr(*settings, "script");
        if (script_.empty() || textOr(*settings, "only", command_) != command_) script_ = "ok";
    }

    int run() {
        remember();
        std::istringstream lines(script_);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string verb;
            words >> verb >> std::ws;
            const auto action = actions_.find(verb);
            if (action == actions_.end()) throw Error(ErrorKind::Settings, "fake worker: no command " + verb);
            action->second(words);
        }
        return 0;
    }

private:
    protocol::ComponentRef component() const {
        if (command_ == "backup") return protocol::backupRequestFrom(*request_).sources.front().component;
        if (command_ == "restore") return protocol::restoreRequestFrom(*request_).target;
        if (command_ == "cleanup") return protocol::cleanupRequestFrom(*request_).component;
        return protocol::componentRequestFrom(*request_).component;
    }

    /// Each request as a line of the file "<command>.requests".
    void remember() const {
        if (folder_.empty()) return;
        const std::string line = text_ + "\n";
        const auto file = folder_ / (command_ + ".requests");
        const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        [[maybe_unused]] const ssize_t wrote = write(fd, line.data(), line.size());
        close(fd);
    }

    static void send(const protocol::Event& event) { protocol::writeLine(STDOUT_FILENO, toLine(event)); }
    static std::string rest(std::istringstream& words) {
        std::string text;
        std::getline(words, text);
        return text;
    }
    static std::string word(std::istringstream& words) {
        std::string text;
        words >> text;
        return text;
    }
    static std::string stageNamed(const std::string& word) {
        static const std::map<std::string, std::string_view> names = {{"init", stage::initializing},
                                                                      {"dump", stage::dumping},
                                                                      {"upload", stage::uploading},
                                                                      {"verify", stage::verifying},
                                                                      {"download", stage::downloading},
                                                                      {"restore", stage::restoring}};
        return std::string(names.at(word));
    }

    void stageEvent(Kind kind, std::istringstream& words) {
        protocol::Event event;
        event.kind = kind;
        event.stage = stageNamed(word(words));
        words >> event.bytes >> event.total_bytes;
        send(event);
    }
    void tokenEvent(Kind kind, std::istringstream& words) {
        protocol::Event event;
        event.kind = kind;
        event.component_id = word(words);
        event.token = rest(words).substr(1);
        send(event);
    }
    static void log(const std::string& level, const std::string& message) {
        protocol::Event event;
        event.kind = Kind::Log;
        event.log.level = level;
        event.log.message = message;
        event.log.timestamp = fromIso("2026-01-15T10:30:00.000Z");
        send(event);
    }

    /// @param good  how many destinations have the backup
    JsonObject::Ptr backupData(std::size_t good) const {
        const auto request = protocol::backupRequestFrom(*request_);
        protocol::BackupResult result;
        for (std::size_t i = 0; i < request.destinations.size(); ++i) {
            const auto& to = request.destinations[i].component;
            result.destinations.push_back({to.id, to.name, i < good, i < good ? "" : "disk full"});
        }
        result.outcome = good >= request.destinations.size() ? Outcome::Success
                         : good > 0                          ? Outcome::Partial
                                                             : Outcome::Failed;
        result.engine_version = "15.4";
        if (good > 0) {
            result.size_bytes = 1234;
            Artifact artifact;
            artifact.name = request.path + "/alpha.bin.zst";
            artifact.database = "alpha";
            artifact.contents = "database";
            artifact.size_bytes = 1000;
            result.artifacts.push_back(artifact);
        }
        return toJson(result);
    }
    void result(std::size_t good) {
        protocol::Event event;
        event.kind = Kind::Result;
        event.ok = true;
        event.data = newObject();
        if (command_ == "backup") event.data = backupData(good);
        if (command_ == "restore") event.data->set("sizeBytes", 4321);
        send(event);
    }
    void fail(std::istringstream& words) {
        const auto kind = sdk::errorKindFrom(word(words));
        auto event = protocol::failure(Error(kind, rest(words).substr(1), "look at the fake"));
        if (command_ == "backup") event.data = backupData(0);
        send(event);
    }
    void data(std::istringstream& words) {
        protocol::Event event;
        event.kind = Kind::Result;
        event.ok = true;
        event.data = parseJsonObject(rest(words), "data");
        send(event);
    }

    void touch(const std::string& name) const {
        std::ofstream(folder_ / (name + ".new")) << "done\n";
        std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
    }
    void await(const std::string& name) const {
        while (!std::filesystem::exists(folder_ / name)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    /// Reads so many line feeds, or to the end of the input.
    static void confirmations(int count) {
        std::array<char, 1> byte{};
        while (count > 0 && read(STDIN_FILENO, byte.data(), 1) == 1) {
            if (byte[0] == '\n') --count;
        }
    }
    /// What the process was given, as a file.
    void report(const std::string& name) const {
        std::ofstream out(folder_ / (name + ".new"));
        out << "leader " << (getpgrp() == getpid()) << "\n";
        sigset_t blocked;
        sigprocmask(SIG_BLOCK, nullptr, &blocked);
        struct sigaction pipe {};
        sigaction(SIGPIPE, nullptr, &pipe);
        out << "signals " << (sigismember(&blocked, SIGTERM) == 0 && pipe.sa_handler == SIG_DFL) << "\n";
        for (char** variable = environ; *variable != nullptr; ++variable) {
            out << *variable << "\n";
        }
        out << "descriptors";
        for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) {
            const std::string number = fd.path().filename();
            if (std::stoi(number) > 2 && fcntl(std::stoi(number), F_GETFD) == 0) out << " " << number;
        }
        out << "\n" << std::ifstream("/proc/self/limits").rdbuf();
        out.close();
        std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
    }
    [[noreturn]] static void hang() {
        for (;;) {
            pause();
        }
    }
    /// Leaves a process behind that is in no group of ours and keeps the output open for a second.
    void straggler() const {
        if (fork() != 0) return;
        setsid();
        touch("straggler");
        sleep(2);
        _exit(0);
    }

    const std::string command_;
    const std::string text_;
    const JsonObject::Ptr request_;
    std::filesystem::path folder_;
    std::string script_;

    using Action = std::function<void(std::istringstream&)>;
    const std::map<std::string, Action> actions_ = {
        {"start", [this](auto& words) { stageEvent(Kind::StageStarted, words); }},
        {"end", [this](auto& words) { stageEvent(Kind::StageEnded, words); }},
        {"progress", [this](auto& words) { stageEvent(Kind::Progress, words); }},
        {"leftover", [this](auto& words) { tokenEvent(Kind::Leftover, words); }},
        {"gone", [this](auto& words) { tokenEvent(Kind::LeftoverGone, words); }},
        {"log",
         [](auto& words) {
             const auto level = word(words);
             log(level, rest(words).substr(1));
         }},
        {"ok", [this](auto&) { result(100); }},
        {"partial", [this](auto&) { result(1); }},
        {"none", [this](auto&) { result(0); }},
        {"fail", [this](auto& words) { fail(words); }},
        {"data", [this](auto& words) { data(words); }},
        {"raw", [](auto& words) { protocol::writeLine(STDOUT_FILENO, rest(words)); }},
        {"bytes",
         [](auto& words) {
             std::size_t n = 0;
             words >> n;
             protocol::writeLine(1, std::string(n, 'x'));
         }},
        {"flood",
         [](auto& words) {
             int n = 0;
             for (words >> n; n > 0; --n)
                 log("info", "again");
         }},
        {"touch", [this](auto& words) { touch(word(words)); }},
        {"await", [this](auto& words) { await(word(words)); }},
        {"confirmed",
         [](auto& words) {
             int n = 0;
             words >> n;
             confirmations(n);
         }},
        {"stopped", [](auto&) { confirmations(1 << 30); }},
        {"report", [this](auto& words) { report(word(words)); }},
        {"signal",
         [](auto& words) {
             int n = 0;
             words >> n;
             std::signal(n, SIG_DFL);
             raise(n);
             hang();
         }},
        {"exit",
         [](auto& words) {
             int n = 0;
             words >> n;
             _exit(n);
         }},
        {"hang", [](auto&) { hang(); }},
        {"straggler", [this](auto&) { straggler(); }},
    };
};

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_DFL);
    protocol::LineReader input(STDIN_FILENO);
    std::string request;
    if (argc != 2 || input.next(request, std::chrono::seconds(30)) != protocol::LineReader::State::Line) {
        return 2;
    }
    try {
        return FakeWorker(argv[1], request).run();
    } catch (const std::exception& error) {
        std::cerr << "fake worker: " << error.what() << "\n";
        return 3;
    }
}
