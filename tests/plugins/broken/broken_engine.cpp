#include "broken_engine.h"

#include <chrono>
#include <fstream>
#include <thread>

#include <fcntl.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

using dbackup::sdk::ByteSource;
using dbackup::sdk::Command;
using dbackup::sdk::DatabaseInfo;
using dbackup::sdk::DumpOutput;
using dbackup::sdk::DumpRequest;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::LogLevel;
using dbackup::sdk::RestoreRequest;
using dbackup::sdk::RunContext;
using dbackup::sdk::ServerInfo;
using dbackup::sdk::Settings;
using dbackup::sdk::Subprocess;

BrokenEngine::BrokenEngine(const Settings& settings)
    : folder_(settings.text("folder")),
      password_(settings.secret("password").reveal()),
      fault_(settings.text("fault")),
      sound_(settings) {}

ServerInfo BrokenEngine::test(RunContext& run) {
    ServerInfo info = sound_.test(run);
    if (does("no version")) info.version.clear();
    return info;
}

std::vector<DatabaseInfo> BrokenEngine::databases(RunContext& run) {
    return does("no databases") ? std::vector<DatabaseInfo>() : sound_.databases(run);
}

void BrokenEngine::dump(const DumpRequest& request, DumpOutput& output, RunContext& run) {
    if (does("secret in the log")) run.log(LogLevel::Info, "connecting with " + password_);
    if (does("foreign exception") && !std::filesystem::exists(folder_ / request.database)) {
        throw std::out_of_range("no such file");
    }
    if (does("open descriptor")) ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (does("file in scratch")) std::ofstream(run.scratch() / "left") << "x";
    if (does("leftover kept")) run.leftover("something");
    if (does("ignores stop")) std::this_thread::sleep_for(std::chrono::seconds(3));
    if (does("secret in arguments")) {
        Subprocess child(Command("/bin/sh").args({"-c", "sleep 0.3; true", password_}), run);
        (void)child.wait();
    }
    if (does("finishes a failed dump")) {
        const auto sink = output.object({request.database, "bin", request.contents, "{}"});
        try {
            sink->acquire();
        } catch (const Error&) {
            sink->finish();
            throw;
        }
    }
    if (does("swallows the destination's error")) {
        try {
            sound_.dump(request, output, run);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NoSpace) throw;
        }
        return;
    }
    if (does("never finishes")) {
        output.object({request.database, "bin", request.contents, "{}"})->write("text");
        return;
    }
    sound_.dump(request, output, run);
}

void BrokenEngine::checkRestore(const RestoreRequest& request, RunContext& run) {
    if (!does("overwrites untold")) sound_.checkRestore(request, run);
}

void BrokenEngine::restore(const RestoreRequest& request, ByteSource& source, RunContext& run) {
    if (does("leaves a half restore")) std::ofstream(folder_ / request.database) << "half";
    sound_.restore(request, source, run);
}
