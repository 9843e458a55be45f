#include "smbclient.h"

#include <algorithm>
#include <sstream>

#include <dbackup/sdk/error.h>

#include "listing.h"
#include "objects/deadline.h"
#include "share_path.h"
#include "tool_failure.h"

namespace dbackup::smb {

namespace {

using sdk::Error;
using sdk::ErrorKind;

}  // namespace

std::string Smbclient::pathOf(const std::string& name) const {
    if (settings_.prefix.empty()) return name;
    return name.empty() ? settings_.prefix : settings_.prefix + "/" + name;
}

sdk::Command Smbclient::command(const std::string& commands, Words words, sdk::RunContext& run) const {
    const auto program = sdk::findTool("smbclient", run);
    if (!program) {
        throw Error(ErrorKind::ToolMissing,
                    "smbclient is not there",
                    "Install the package smbclient, or put its folder into tools.path");
    }
    sdk::Command command(*program);
    command.args({settings_.address, "--quiet", "--port", settings_.port, "--configfile", "/dev/null"});
    command.args({"--name-resolve", "host", "--timeout", std::to_string(settings_.timeout.count())});
    command.args({"--max-protocol", settings_.max_protocol, "--option", "client min protocol=SMB2_02"});
    command.args({"--client-protection", settings_.protection, "--use-kerberos", "off"});
    command.args({"--authentication-file", command.secretFile(settings_.credentials)});
    if (words == Words::ToErrors) command.arg("--stderr");
    command.args({"--command", commands});
    command.env("TZ", "UTC0");
    return command;
}

std::string Smbclient::runToEnd(const std::string& commands,
                                const std::string& what,
                                sdk::RunContext& run) const {
    return runWithin(settings_.timeout, commands, what, run);
}

std::string Smbclient::runWithin(std::chrono::milliseconds time,
                                 const std::string& commands,
                                 const std::string& what,
                                 sdk::RunContext& run) const {
    sdk::Subprocess process(command(commands, Words::ToOutput, run), run);
    // smbclient's own time-out does not cover the first words with a server, for which it waits 20 seconds.
    const objects::Deadline deadline(process, time);
    std::string said = process.readAll();
    const sdk::ExitStatus status = process.wait();
    if (deadline.passed()) {
        throw Error(ErrorKind::Unavailable,
                    what + ": no answer within " + std::to_string(time.count()) + " ms")
            .canRetry();
    }
    if (!status.ok()) throw toolFailure(what, process.errorText() + "\n" + said);
    return said;
}

std::optional<sdk::ObjectInfo> Smbclient::stat(const std::string& name, sdk::RunContext& run) const {
    std::string said;
    try {
        said = runToEnd("ls " + quotedPath(pathOf(name)), "cannot look at " + settings_.fullName(name), run);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return std::nullopt;
    }
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        const std::optional<ListRow> row = listRow(line);
        if (!row) continue;
        if (row->folder) return std::nullopt;
        return sdk::ObjectInfo{name, row->size_bytes, row->modified, {}};
    }
    throw Error(ErrorKind::ToolFailed,
                "cannot look at " + settings_.fullName(name) + ": smbclient says nothing of it");
}

std::optional<std::uint64_t> Smbclient::freeBytesAt(const std::string& name, sdk::RunContext& run) const {
    const std::string path = pathOf(name);
    const std::string folder = path.substr(0, std::min(path.rfind('/'), path.size()));
    // What is told is that of the folder that smbclient is in.
    const std::string said =
        runToEnd((folder == path ? "" : "cd " + quotedPath(folder) + ";") + "ls " + quotedPath(path),
                 "cannot ask for the free space of " + settings_.fullName(""),
                 run);
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        if (const auto bytes = freeBytes(line)) return bytes;
    }
    return std::nullopt;
}

void Smbclient::rename(const std::string& from,
                       const std::string& to,
                       bool replace,
                       sdk::RunContext& run) const {
    runToEnd("rename " + quotedPath(pathOf(from)) + " " + quotedPath(pathOf(to)) + (replace ? " -f" : ""),
             "cannot give " + settings_.fullName(to) + " its name",
             run);
}

bool Smbclient::remove(const std::string& name, sdk::RunContext& run) const {
    return removeWithin(settings_.timeout, name, run);
}

bool Smbclient::removeWithin(std::chrono::milliseconds time,
                             const std::string& name,
                             sdk::RunContext& run) const {
    try {
        const std::string said = runWithin(
            time, "rm " + quotedPath(pathOf(name)), "cannot remove " + settings_.fullName(name), run);
        if (!statusIn(said).empty()) throw toolFailure("cannot remove " + settings_.fullName(name), said);
        return true;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return false;
    }
}

}  // namespace dbackup::smb
