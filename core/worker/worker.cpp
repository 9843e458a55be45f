#include "core/worker/worker.h"

#include <array>
#include <cerrno>
#include <iostream>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pipeline/caught.h"
#include "core/protocol/line_reader.h"
#include "core/protocol/storage_messages.h"
#include "core/worker/commands.h"
#include "core/worker/lifeline.h"

namespace dbackup::worker {

namespace {

using Command = protocol::Event (*)(const JsonObject&, Run&, Components&);

constexpr std::array<std::pair<std::string_view, Command>, 12> commands{{
    {"describe", describe},
    {"test", test},
    {"databases", databases},
    {"backup", backup},
    {"restore", restore},
    {"list", list},
    {"cleanup", cleanup},
    {"remove", remove},
    {"lock", lock},
    {"verify", verify},
    {"presign", presign},
    {"read", read},
}};

Command findCommand(const std::vector<std::string>& arguments) {
    if (arguments.size() != 1) return nullptr;
    for (const auto& [name, command] : commands) {
        if (name == arguments.front()) return command;
    }
    return nullptr;
}

/// Standard input and output as the worker's own, so that no plugin and no tool can read or write the
/// protocol: theirs are /dev/null and standard error.
struct Channel {
    sdk::UniqueFd in;
    sdk::UniqueFd out;
};

Channel takeChannel() {
    Channel channel{sdk::UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)),
                    sdk::UniqueFd(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3))};
    const sdk::UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!channel.in || !channel.out || !null || dup2(null.get(), STDIN_FILENO) < 0 ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        throw systemError("cannot set up standard input and output", errno);
    }
    return channel;
}

void setUpProcess() {
    // A reader that is gone and a file that is too large come as errors of the call.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    umask(S_IRWXG | S_IRWXO);
    // Few arenas and large blocks by mmap: memory that is freed goes back, with as many threads as there may
    // be.
    mallopt(M_ARENA_MAX, 2);               // NOLINT(concurrency-mt-unsafe): there is one thread yet
    mallopt(M_MMAP_THRESHOLD, 256 << 10);  // NOLINT(concurrency-mt-unsafe)
}

/// The request line; nothing when the daemon closed the pipe or a signal came first.
std::optional<std::string> readRequest(int fd, const std::stop_token& stop) {
    constexpr std::chrono::milliseconds interval{200};
    protocol::LineReader reader(fd);
    std::string line;
    while (!stop.stop_requested()) {
        const protocol::LineReader::State state = reader.next(line, interval);
        if (state == protocol::LineReader::State::Line) return line;
        if (state == protocol::LineReader::State::End) break;
    }
    return std::nullopt;
}

protocol::Event execute(Command command, const std::string& line, Run& run) {
    try {
        PluginComponents components;
        return command(*parseJsonObject(line, "request"), run, components);
    } catch (...) {
        Error error = pipeline::caught("the worker");
        if (run.stop().stop_requested()) error = Error(ErrorKind::Cancelled, "the run was cancelled");
        return protocol::failure(error);
    }
}

/// The descriptor for bytes, which the daemon opens for the command that has some; no tool inherits it.
sdk::UniqueFd takeDataOutput(Command command) {
    if (command != read) return {};
    if (fcntl(protocol::data_fd, F_SETFD, FD_CLOEXEC) != 0) {
        throw Error(ErrorKind::Settings, "'read' needs a descriptor 3 to write to");
    }
    return sdk::UniqueFd(protocol::data_fd);
}

int serve(Command command) {
    const sdk::UniqueFd data = takeDataOutput(command);
    Lifeline lifeline;
    const Channel channel = takeChannel();
    const std::optional<std::string> line = readRequest(channel.in.get(), lifeline.stop());
    if (!line) {
        std::cerr << "dbackup-worker: no request on standard input\n";
        return 2;
    }
    lifeline.watchInput(channel.in.get());
    Masker masker;
    EventWriter events(channel.out.get(), masker);
    Run run(events, masker, lifeline.stop(), &lifeline.confirmations());
    run.setDataOutput(data.get());
    const protocol::Event result = execute(command, *line, run);
    events.send(result);
    return result.ok ? 0 : 1;
}

}  // namespace

int runWorker(const std::vector<std::string>& arguments) {
    const Command command = findCommand(arguments);
    if (command == nullptr) {
        std::cerr << "usage: dbackup-worker "
                     "describe|test|databases|backup|restore|list|cleanup|remove|lock|verify|presign|read\n"
                     "It is started by dbackupd; docs/worker-protocol.md says how they talk.\n";
        return 2;
    }
    try {
        setUpProcess();
        return serve(command);
    } catch (...) {
        std::cerr << "dbackup-worker: " << pipeline::caught("the worker").text() << "\n";
        return 2;
    }
}

}  // namespace dbackup::worker
