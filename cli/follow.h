#pragma once

#include <string>

#include "cli/session.h"

namespace dbackup::cli {

/// How an execution has ended, as the program's exit code.
ExitCode exitCodeOf(const JsonObject& execution);
/// One sentence for people: "Nightly: Success, 1.2 GiB in 1 m 05 s".
std::string outcomeText(const JsonObject& execution);

struct FollowOptions {
    bool progress = true;  ///< on standard error
    bool log = false;      ///< the execution's log, on standard output
};

/// Shows an execution until it ends, then how it ended. On a terminal Ctrl-C asks whether to cancel it or to
/// leave it alone; else a signal leaves it alone.
/// @return how it ended; Interrupted when it was left alone
ExitCode follow(Session& session, const std::string& execution_id, const FollowOptions& options);

/// Says that an execution was queued, and follows it if that was asked for.
ExitCode started(Session& session, const JsonObject& answer, const std::string& what, bool wait);

/// One entry of an execution's log as a line.
std::string logLine(const JsonObject& entry, const Terminal& terminal);

}  // namespace dbackup::cli
