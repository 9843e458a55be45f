#include "rsync.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <dbackup/sdk/error.h>

#include "objects/deadline.h"
#include "objects/object_name.h"
#include "tool_failure.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::size_t max_line_bytes = std::size_t{64} << 10;

/// A row of --list-only: "-rw-r--r--     3000000 2026/11/28 12:03:59 name". Nothing for what is no file.
std::optional<sdk::ObjectInfo> fileRow(const std::string& line) {
    if (!line.starts_with('-')) return std::nullopt;
    const std::size_t size_begin = line.find_first_not_of(' ', std::min(line.find(' '), line.size()));
    if (size_begin == std::string::npos) return std::nullopt;
    sdk::ObjectInfo info;
    const auto number = std::from_chars(line.data() + size_begin, line.data() + line.size(), info.size_bytes);
    std::tm parts{};
    const char* rest = strptime(number.ptr, " %Y/%m/%d %H:%M:%S ", &parts);
    if (number.ec != std::errc() || rest == nullptr) return std::nullopt;
    // strptime() takes any number of blanks; the name's own must stay.
    constexpr std::size_t date_width = 21;
    info.name = ourName(std::string(number.ptr + date_width));
    info.modified = std::chrono::system_clock::from_time_t(timegm(&parts));
    return info;
}

sdk::Command commandOf(std::vector<std::string> wrapper, const std::string& rsync) {
    if (wrapper.empty()) return sdk::Command(rsync);
    sdk::Command command(wrapper.front());
    command.args({wrapper.begin() + 1, wrapper.end()});
    command.arg(rsync);
    return command;
}

/// An empty folder of this machine, as a source from which everything is missing.
class EmptyFolder {
public:
    explicit EmptyFolder(sdk::RunContext& run) : path_(run.scratch() / ("empty-" + objects::randomDigits())) {
        std::filesystem::create_directory(path_);
    }
    EmptyFolder(const EmptyFolder&) = delete;
    EmptyFolder& operator=(const EmptyFolder&) = delete;
    ~EmptyFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string source() const { return path_.string() + "/"; }

private:
    std::filesystem::path path_;
};

}  // namespace

std::unique_ptr<SharedConnection> Rsync::connect(sdk::RunContext& run) {
    return std::make_unique<SharedConnection>(settings(), access_->host_key.knownHostsLine(run), run);
}

Rsync Rsync::over(SharedConnection* connection) const {
    Rsync same(*this);
    same.connection_ = connection;
    return same;
}

Call Rsync::call(std::vector<std::string> words, sdk::RunContext& run, std::vector<std::string> wrapper) {
    const std::string rsync = requireTool("rsync", run);
    const std::string ssh = requireTool("ssh", run);
    const std::string socket = connection_ ? connection_->socket(run) : std::string();
    auto files = std::make_unique<SshFiles>(settings(), access_->host_key.knownHostsLine(run), run);
    sdk::Command command = commandOf(std::move(wrapper), rsync);
    command.args({"--rsh",
                  files->remoteShell(ssh, socket),
                  "--timeout",
                  std::to_string(settings().idle_timeout.count())});
    command.args(std::move(words));
    command.env("TZ", "UTC0");
    files->answerFor(command);
    return {std::move(files), std::move(command)};
}

std::string Rsync::runToEnd(const std::vector<std::string>& words,
                            const std::string& what,
                            sdk::RunContext& run,
                            std::optional<std::chrono::milliseconds> time) {
    try {
        return runOnce(words, what, run, time);
    } catch (const Error& error) {
        // ssh does not wait for what the server says in the end on a connection that is shared: without its
        // reason a failure is one of the tool.
        if (connection_ == nullptr || time || error.kind() != ErrorKind::ToolFailed) throw;
    }
    return over(nullptr).runOnce(words, what, run, time);
}

std::string Rsync::runOnce(const std::vector<std::string>& words,
                           const std::string& what,
                           sdk::RunContext& run,
                           std::optional<std::chrono::milliseconds> time) {
    const Call started = call(words, run);
    sdk::Subprocess process(started.command, run);
    std::optional<objects::Deadline> deadline;
    if (time) deadline.emplace(process, *time);
    std::string output = process.readAll();
    const sdk::ExitStatus status = process.wait();
    if (deadline && deadline->passed()) throw Error(ErrorKind::Unavailable, what + " in time").canRetry();
    if (!status.ok()) throw toolFailure(what, status, process.errorText());
    return output;
}

std::optional<sdk::ObjectInfo> Rsync::stat(const std::string& name, sdk::RunContext& run) {
    std::string row;
    try {
        row = runToEnd({"--list-only", "--no-human-readable", "--8-bit-output", remote(name)},
                       "cannot look at " + settings().fullName(name),
                       run);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return std::nullopt;
    }
    std::optional<sdk::ObjectInfo> info = fileRow(row.substr(0, row.find('\n')));
    if (info) info->name = name;
    return info;
}

void Rsync::list(const std::string& folder, const sdk::ListCallback& callback, sdk::RunContext& run) {
    const Call started =
        call({"--list-only", "--recursive", "--no-human-readable", "--8-bit-output", remote(folder)}, run);
    sdk::Subprocess process(started.command, run);
    std::vector<char> buffer(max_line_bytes);
    std::string rest;
    while (const std::size_t count = process.read(std::as_writable_bytes(std::span(buffer)))) {
        rest.append(buffer.data(), count);
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1) {
            const auto info = fileRow(rest.substr(begin, end - begin));
            if (!info || callback(*info)) continue;
            process.kill();
            return;
        }
        rest.erase(0, begin);
        if (rest.size() > max_line_bytes)
            throw Error(ErrorKind::ToolFailed, "rsync writes a line without end");
    }
    const sdk::ExitStatus status = process.wait();
    if (status.ok()) return;
    const Error error =
        toolFailure("cannot list " + settings().fullName(folder), status, process.errorText());
    if (error.kind() != ErrorKind::NotFound) throw Error(error);
}

void Rsync::append(const std::string& file, const std::string& name, sdk::RunContext& run) {
    std::vector<std::string> words{"--append", "--inplace", "--mkpath", "--chmod=F600"};
    if (settings().fsync) words.emplace_back("--fsync");
    words.push_back(file);
    words.push_back(remote(name));
    runToEnd(words, "cannot write " + settings().fullName(name), run);
}

std::string Rsync::checksum(const std::string& name, sdk::RunContext& run) {
    const EmptyFolder nothing(run);
    std::string told = runToEnd({"--dry-run",
                                 "--checksum",
                                 "--checksum-choice=md5",
                                 "--out-format=%C %l",
                                 remote(name),
                                 nothing.source()},
                                "cannot verify " + settings().fullName(name),
                                run);
    while (told.ends_with('\n'))
        told.pop_back();
    return told;
}

void Rsync::moveUp(const std::string& folder, sdk::RunContext& run) {
    // What is removed because it is missing at the source goes into the folder for backups: a rename. rrsync
    // takes no "..", but a path from its own root.
    const std::string above = settings().prefix.starts_with('/') ? settings().prefix : "..";
    const EmptyFolder nothing(run);
    runToEnd({"--recursive",
              "--delete",
              "--backup",
              "--backup-dir=" + above,
              nothing.source(),
              remote(folder) + "/"},
             "cannot give what is in " + settings().fullName(folder) + " its name",
             run);
}

bool Rsync::remove(const std::string& name,
                   sdk::RunContext& run,
                   std::optional<std::chrono::milliseconds> time) {
    const EmptyFolder nothing(run);
    const auto [folder, last] = objects::splitName(name);
    try {
        const std::string told = runToEnd({"--recursive",
                                           "--delete",
                                           "--force",
                                           "--out-format=%o",
                                           "--include=/" + serverName(last),
                                           "--include=/" + serverName(last) + "/**",
                                           "--exclude=*",
                                           nothing.source(),
                                           remote(folder)},
                                          "cannot remove " + settings().fullName(name),
                                          run,
                                          time);
        return told.find("del.") != std::string::npos;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return false;
    }
}

}  // namespace dbackup::rsync
