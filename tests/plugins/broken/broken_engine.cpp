#include "broken_engine.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

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

namespace {

/// A tool of which everybody sees the arguments and the owner the environment.
void runTool(const std::string& argument, const std::string& environment, RunContext& run) {
    Command command("/bin/sh");
    command.args({"-c", "sleep 0.3; true", argument}).env("PASSWORD", environment);
    Subprocess child(command, run);
    (void)child.wait();
}

/// Gives again what it has read, all at once.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(ByteSource& source) {
        std::vector<std::byte> block(std::size_t{1} << 20);
        while (const std::size_t count = source.read(block))
            bytes_.insert(bytes_.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
    }
    std::size_t read(std::span<std::byte> into) override {
        const auto count = std::min(into.size(), bytes_.size() - at_);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
        at_ += count;
        return count;
    }

private:
    std::vector<std::byte> bytes_;
    std::size_t at_ = 0;
};

/// Has a tool wait for bytes, and does not look how it ends.
void ignoreTool(ByteSource& source, RunContext& run) {
    Subprocess child(Command("/bin/cat").withInput(), run);
    std::vector<std::byte> block(std::size_t{1} << 20);
    while (source.read(block) > 0) {
    }
    (void)child.wait();
}

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

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
    if (does("secret in arguments")) runTool(password_, "", run);
    if (does("secret in the environment")) runTool("", password_, run);
    if (request.contents == "globals") return dumpGlobals(output);
    if (dumpsByTool(request, output, run)) return;
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
    const std::string kept = does("keeps the dump in memory") ? contentOf(folder_ / request.database) : "";
    sound_.dump(request, output, run);
}

bool BrokenEngine::dumpsByTool(const DumpRequest& request, DumpOutput& output, RunContext& run) {
    const bool allows_cores = does("allows its tool core files");
    if (!allows_cores && !does("takes a crash for the end")) return false;
    // A core file would lie in the scratch folder, which is the tool's home.
    const std::string limit = allows_cores ? "cd \"$HOME\"; ulimit -c unlimited; " : "";
    Subprocess child(
        Command("/bin/sh").args({"-c", limit + "exec cat -- \"$0\"", (folder_ / request.database).string()}),
        run);
    const auto sink = output.object({request.database, "bin", request.contents, R"({"sizeBytes":0})"});
    while (const std::size_t count = child.read(sink->acquire()))
        sink->produced(count);
    (void)child.wait();
    sink->finish();
    return true;
}

void BrokenEngine::dumpGlobals(DumpOutput& output) {
    const auto sink = output.object({"globals", "bin", "globals", "{}"});
    sink->write("everybody");
    sink->finish();
}

void BrokenEngine::checkRestore(const RestoreRequest& request, RunContext& run) {
    if (!does("overwrites untold")) sound_.checkRestore(request, run);
}

void BrokenEngine::restore(const RestoreRequest& request, ByteSource& source, RunContext& run) {
    if (does("leaves a half restore")) std::ofstream(folder_ / request.database) << "half";
    if (does("secret in arguments")) runTool(password_, "", run);
    if (does("secret in the environment")) runTool("", password_, run);
    if (request.object.contents == "globals") {
        const MemorySource all(source);
        return;
    }
    fill(request, source, run);
}

void BrokenEngine::fill(const RestoreRequest& request, ByteSource& source, RunContext& run) {
    if (does("keeps the restore in memory")) {
        MemorySource all(source);
        return sound_.restore(request, all, run);
    }
    if (does("takes a crash for a restore")) {
        return ignoreTool(source, run);
    }
    try {
        sound_.restore(request, source, run);
    } catch (const Error& error) {
        if (!does("secret in an error")) throw;
        throw Error(error.kind(), "cannot restore with " + password_);
    }
}
