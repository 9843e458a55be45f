#pragma once

#include <chrono>
#include <deque>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>

#include "cli/json.h"
#include "cli/terminal.h"

namespace dbackup::cli {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What is known of a running execution.
struct Progress {
    std::string name;   ///< of the job
    std::string stage;  ///< "Dumping Databases"
    int percent = 0;
    std::int64_t bytes = 0;  ///< of this stage
    std::optional<double> bytes_per_second;
    std::optional<std::chrono::seconds> time_left;
};

/// One line that fits into `columns`: what matters least is left out first: time left, rate, the bar, bytes.
std::string progressLine(const Progress& progress, std::size_t columns);

/// Keeps a Progress up to date from what the server tells, and reckons rate and time left. [one thread]
class ProgressMeter {
public:
    void execution(const JsonObject& execution, SteadyTime now);
    void stage(const JsonObject& stage, SteadyTime now);
    /// Reckoned for this moment.
    Progress progress(SteadyTime now) const;

private:
    struct Sample {
        SteadyTime time;
        std::int64_t bytes = 0;
    };

    Progress progress_;
    std::map<std::string, std::int64_t> stage_bytes_;
    std::deque<Sample> samples_;  ///< of the current stage, the last ten seconds
    std::optional<SteadyTime> percent_start_;
    int first_percent_ = 0;
};

/// Shows progress on standard error: one line that changes on a terminal, else a line now and then. [one
/// thread]
class ProgressDisplay {
public:
    ProgressDisplay(std::ostream& err, const Terminal& terminal);

    void show(const Progress& progress, SteadyTime now);
    /// A line of text above the progress.
    void print(const std::string& line);
    /// Takes the progress line away.
    void clear();

private:
    void showPlain(const Progress& progress, SteadyTime now);

    std::ostream& err_;
    const Terminal& terminal_;
    std::string shown_;
    std::string plain_stage_;
    int plain_percent_ = -100;
    SteadyTime plain_time_{};
};

}  // namespace dbackup::cli
