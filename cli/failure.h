#pragma once

#include <stdexcept>
#include <string>

namespace dbackup::cli {

/// How the program ends; docs/cli.md explains them to scripts. Never renumber.
enum class ExitCode : int {
    Success = 0,       ///< done; an execution that was waited for is Success
    Failed = 1,        ///< the execution failed, a backup is damaged, `doctor` found a fault
    Usage = 2,         ///< wrong options or arguments, an unusable profile file
    Partial = 3,       ///< some destinations have the backup, some have not
    Cancelled = 4,     ///< the execution was cancelled
    NotFound = 5,      ///< no job, source, execution, ... of that name
    Refused = 6,       ///< no valid API key, or it lacks a permission
    Unreachable = 7,   ///< no connection, no trust in the certificate, no answer in time
    Rejected = 8,      ///< the server refused the request or could not do it
    Local = 9,         ///< a file here cannot be read or written
    Different = 10,    ///< `diff` found that something would change
    Interrupted = 130  ///< Ctrl-C; what runs on the server goes on
};

/// The one exception of the command line: ends the program with a sentence and an exit code.
class Failure : public std::runtime_error {
public:
    /// @param hint  what to do; may be empty
    Failure(ExitCode code, const std::string& message, std::string hint = {});
    Failure(const Failure&) = default;
    Failure& operator=(const Failure&) = default;
    ~Failure() override;

    ExitCode code() const noexcept { return code_; }
    const std::string& hint() const noexcept { return hint_; }

private:
    ExitCode code_;
    std::string hint_;
};

}  // namespace dbackup::cli
