#include "rclone.h"

#include <cerrno>

#include <pwd.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "object_entry.h"
#include "tool_failure.h"

namespace dbackup::rclone {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// rclone's ten would make a lost server last ten time-outs.
constexpr const char* tries = "3";

/// The home folder of the user that the service runs as; its tools get another.
std::string ownHome() {
    struct passwd entry {};
    struct passwd* found = nullptr;
    std::vector<char> buffer(16384);
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        throw Error(ErrorKind::Settings,
                    "the service's user has no home folder in which a configuration of rclone could be",
                    "Set configFile or config");
    }
    return found->pw_dir;
}

std::string usualConfigFile() {
    std::string file = ownHome() + "/.config/rclone/rclone.conf";
    if (access(file.c_str(), R_OK) != 0) {
        throw Error(ErrorKind::Settings,
                    sdk::systemError("cannot read rclone's configuration " + file, errno).what(),
                    "Set configFile or config, or make it with rclone config");
    }
    return file;
}

Features featuresOf(const sdk::Settings& told) {
    const sdk::Settings flags = told.object("Features");
    Features features;
    features.complete_only = flags.flag("BucketBased");
    features.can_move = flags.flag("Move");
    features.has_hashes = !told.list("Hashes").empty() && !flags.flag("SlowHash");
    return features;
}

}  // namespace

Rclone::Rclone(const sdk::Settings& settings) : settings_(settings), config_text_(settings_.config) {}

Call Rclone::call(std::vector<std::string> words, sdk::RunContext& run) {
    const auto program = sdk::findTool("rclone", run);
    if (!program) {
        throw Error(ErrorKind::ToolMissing,
                    "rclone is not there",
                    "Install the package rclone, or put its folder into tools.path");
    }
    std::unique_ptr<PrivateConfig> config;
    if (!settings_.config.empty()) config = std::make_unique<PrivateConfig>(config_text_, run);
    const std::string file = config                          ? config->path()
                             : settings_.config_file.empty() ? usualConfigFile()
                                                             : settings_.config_file;
    sdk::Command command(*program);
    command.args(std::move(words));
    command.args({"--config", file, "--retries", "1", "--low-level-retries", tries});
    command.args({"--contimeout", std::to_string(settings_.connect_timeout.count()) + "s"});
    command.args({"--timeout", std::to_string(settings_.idle_timeout.count()) + "s"});
    command.args({"--ask-password=false", "--use-server-modtime"});
    if (!settings_.ca_file.empty()) command.args({"--ca-cert", settings_.ca_file});
    if (!settings_.config_password.empty()) {
        command.args({"--password-command", "/bin/cat " + command.secretFile(settings_.config_password)});
    }
    return {std::move(config), std::move(command)};
}

std::string Rclone::runToEnd(std::vector<std::string> words, const std::string& what, sdk::RunContext& run) {
    const Call started = call(std::move(words), run);
    sdk::Subprocess process(started.command, run);
    std::string output = process.readAll();
    const sdk::ExitStatus status = process.wait();
    if (!status.ok()) throw toolFailure(what, status, process.errorText());
    return output;
}

Features Rclone::features(sdk::RunContext& run) {
    {
        const std::lock_guard lock(mutex_);
        if (features_) return *features_;
    }
    // Not under the lock: it may take a while, and asking twice does no harm.
    const std::string told = runToEnd(
        {"backend", "features", settings_.remote}, "cannot learn what " + settings_.remote + " can do", run);
    const Features found = featuresOf(sdk::Settings(told));
    if (!found.complete_only && !found.can_move) {
        throw Error(
            ErrorKind::Unsupported,
            settings_.remote + " shows uploads before they are complete, and cannot give them another name",
            "Choose another kind of remote");
    }
    const std::lock_guard lock(mutex_);
    features_ = found;
    return found;
}

std::optional<sdk::ObjectInfo> Rclone::stat(const std::string& name, sdk::RunContext& run) {
    std::vector<std::string> words{"lsjson", "--stat", "--files-only", "--no-mimetype", addressOf(name)};
    if (features(run).has_hashes) words.emplace_back("--hash");
    std::string told;
    try {
        told = runToEnd(std::move(words), "cannot look at " + addressOf(name), run);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return std::nullopt;
    }
    if (!told.starts_with('{')) return std::nullopt;  // "null": not there
    std::optional<sdk::ObjectInfo> info = objectEntry(sdk::Settings(told), {});
    if (info) info->name = name;
    return info;
}

void Rclone::move(const std::string& from, const std::string& to, sdk::RunContext& run) {
    // Without --ignore-times an object of the same size and time, or of the same size alone where a server
    // keeps no times, would count as moved already, and the new one would be removed.
    runToEnd({"moveto", "--ignore-times", addressOf(from), addressOf(to)},
             "cannot give " + addressOf(to) + " its name",
             run);
}

bool Rclone::remove(const std::string& name, sdk::RunContext& run) {
    try {
        runToEnd({"deletefile", addressOf(name)}, "cannot remove " + addressOf(name), run);
        return true;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled || error.kind() == ErrorKind::ToolMissing) throw;
        // rclone's words for an object that is not there changed with its versions.
        if (stat(name, run)) throw;
        return false;
    }
}

void Rclone::removeWithin(const std::string& name, std::chrono::milliseconds time, sdk::RunContext& run) {
    const auto end = std::chrono::steady_clock::now() + time;
    try {
        sdk::runTool(call({"deletefile", addressOf(name)}, run).command, run, time);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::ToolFailed) throw;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        const std::string told =
            sdk::runTool(call({"lsjson", "--stat", "--files-only", addressOf(name)}, run).command, run, left);
        if (told.starts_with('{')) throw;
    }
}

}  // namespace dbackup::rclone
