#include "target_database.h"

#include <chrono>
#include <cstdint>
#include <sstream>
#include <thread>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "backup_check.h"
#include "database_state.h"
#include "failure.h"

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::chrono::minutes drop_timeout{10};
constexpr std::chrono::milliseconds pause{100};
/// How long the server may go on with what a gbak that was ended had asked for.
constexpr std::chrono::seconds settle_time{8};
/// For so long nothing must have come into being to believe that nothing will.
constexpr std::chrono::milliseconds absent_time{500};

/// gbak says nothing when all is well, and warns in lines of their own.
bool hasMoreThanWarnings(const std::string& words) {
    std::istringstream lines(words);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.find("WARNING:") == std::string::npos) return true;
    }
    return false;
}

}  // namespace

bool dropDatabase(const ClientTools& tools, const std::string& database) {
    try {
        tools.sql(database, "drop database;\n", drop_timeout);
        return true;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return false;
    }
}

TargetDatabase::TargetDatabase(const ServerSettings& server, std::string name, sdk::RunContext& run)
    : server_(server), run_(run), name_(std::move(name)) {}

TargetDatabase::~TargetDatabase() {
    if (touched_ && !kept_) takeBack();
}

void TargetDatabase::fill(sdk::ByteSource& source, sdk::RunContext& run) {
    const ClientTools tools(server_, run);
    sdk::Command command = tools.gbak();
    // By the service manager: record by record over the network takes twenty times as long.
    command.args({"-c", "-se", server_.address("service_mgr"), "stdin", name_}).withInput();
    const std::string what = "the restore into database '" + name_ + "' failed";
    std::vector<std::byte> buffer(buffer_bytes);
    std::size_t got = source.read(buffer);
    sdk::Subprocess gbak(command, run);
    bool reads = true;
    std::uint64_t bytes = 0;
    for (; reads && got > 0; got = source.read(buffer)) {
        touched_ = true;
        bytes += got;
        reads = gbak.writeInput(std::span(buffer).first(got));
    }
    gbak.closeInput();
    // What the server says of the restore comes on standard output, what gbak says itself on the other.
    std::string words = gbak.readAll();
    const sdk::ExitStatus status = gbak.wait();
    words += gbak.errorText();
    // It found a database that has come since it was looked for: that one is not ours.
    const bool foreign = words.find("already exists.  To replace it") != std::string::npos;
    if (foreign) touched_ = false;
    if (!status.ok()) throw failure(server_, what + " (" + status.text() + ")", words);
    // By the service manager it ends with status 0 even when an index could not be made.
    if (hasMoreThanWarnings(words)) throw failure(server_, what, words);
    // It does not miss a part of its last block.
    if (bytes % gbak_block_bytes != 0) {
        throw Error(ErrorKind::Integrity, what + ": the backup breaks off within a block");
    }
    if (!words.empty()) run.log(LogLevel::Warning, "gbak warns of database '" + name_ + "'", words);
    if (!reads) throw Error(ErrorKind::ToolFailed, what + ": gbak ended before it had read the whole backup");
    const DatabaseState state = DatabaseState::look(tools, server_, name_);
    if (state.shutdown_mode != 0) throw Error(ErrorKind::ToolFailed, what + ": the database is not online");
}

void TargetDatabase::takeBack() noexcept {
    using Clock = std::chrono::steady_clock;
    try {
        sdk::UnstoppableRun steady(run_);
        const ClientTools tools(server_, steady);
        const auto start = Clock::now();
        for (;;) {
            try {
                if (dropDatabase(tools, name_)) return;
                if (Clock::now() - start > absent_time) return;
            } catch (const Error& error) {
                // The server still works on what an ended gbak gave it, or has not yet made the file a
                // database.
                const bool may_change =
                    error.kind() == ErrorKind::Unavailable || error.kind() == ErrorKind::Unsupported;
                if (!may_change || Clock::now() - start > settle_time) throw;
            }
            std::this_thread::sleep_for(pause);
        }
    } catch (const std::exception& error) {
        run_.log(
            LogLevel::Error,
            "The unfinished database '" + name_ + "' is left on " + server_.place() + ": drop it by hand",
            error.what());
    }
}

}  // namespace dbackup::firebird
