#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "dbackup/sdk/run_context.h"
#include "dbackup/sdk/unique_fd.h"

namespace dbackup::sdk {

/// Reads a tool's standard error on a thread of its own, so that the tool never waits for us: keeps the
/// last 16 KiB and logs the lines at Debug.
class StderrReader {
public:
    /// @param name  of the tool, for the log
    StderrReader(UniqueFd from, std::string name, RunContext& run);
    StderrReader(const StderrReader&) = delete;
    StderrReader& operator=(const StderrReader&) = delete;
    ~StderrReader();

    /// The tool has ended: takes what is in the pipe and ends the thread, even if somebody else still holds
    /// the pipe's other end.
    void finish() noexcept;
    /// After finish(): rethrows what the log threw.
    void rethrowFailure();
    /// The last lines, trimmed. Thread-safe.
    std::string text() const;

private:
    void readAll();
    bool readSome();
    void take(std::string_view bytes);
    void logLines(std::string_view bytes);
    void logLine(std::string_view line);

    UniqueFd from_;
    UniqueFd finished_;
    std::string name_;
    RunContext& run_;
    mutable std::mutex mutex_;
    std::string tail_;  // guarded by mutex_
    bool cut_ = false;  // guarded by mutex_
    std::string line_;  // the unfinished one; of the thread alone, as what follows
    std::size_t logged_lines_ = 0;
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace dbackup::sdk
