#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace dbackup {

enum class ExecutionStatus { None = 0, Pending, Running, Success, Failed };
/// Says more than the status, once it has ended.
enum class Outcome { None = 0, Success, Partial, Failed, Cancelled };

std::string_view toString(ExecutionStatus status) noexcept;
std::string_view toString(Outcome outcome) noexcept;  ///< "" for None
std::optional<ExecutionStatus> executionStatusFrom(std::string_view name) noexcept;
std::optional<Outcome> outcomeFrom(std::string_view name) noexcept;

/// Names of stages, as the REST contract has them.
namespace stage {
inline constexpr std::string_view queued = "Queued";
inline constexpr std::string_view initializing = "Initializing";
inline constexpr std::string_view dumping = "Dumping Databases";
inline constexpr std::string_view uploading = "Uploading";
inline constexpr std::string_view verifying = "Verifying";
inline constexpr std::string_view downloading = "Downloading";
inline constexpr std::string_view restoring = "Restoring Databases";
inline constexpr std::string_view completed = "Completed";
}  // namespace stage

/// One start of a job, or one restore, from the queue to its end.
struct Execution {
    std::string id;
    std::string job_id;           ///< empty when the job is gone or there was none
    std::string job_name;         ///< empty when the job is gone
    std::string type = "Backup";  ///< "Backup" | "Restore" | "Verification"
    ExecutionStatus status = ExecutionStatus::Pending;
    Outcome outcome = Outcome::None;
    std::optional<int> progress;
    std::string stage{stage::queued};
    TimePoint queued_at{};
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> ended_at;
    std::optional<std::int64_t> size_bytes;
    std::string path;  ///< of the backup on its destinations: "<job>/<backup>"; empty = none yet
    std::string error;
    std::string trigger_type;     ///< "Api" | "Manual" | "Scheduler"
    std::string trigger_label;    ///< name of the key or user
    bool lock = false;            ///< the backup is kept by retention
    std::string metadata = "{}";  ///< JSON object: what was run, on what, per destination
    /// What a restore needs to run again after a restart; JSON object without secrets.
    std::string request = "{}";
    std::int64_t sequence = 0;  ///< place in the queue: ascending in order of acceptance
};

/// One stage of an execution; stages may overlap.
struct ExecutionStage {
    std::string name;
    TimePoint started_at{};
    std::optional<TimePoint> ended_at;
    std::int64_t bytes = 0;
};

/// One entry of an execution's log, as the contract shapes it.
struct LogEntry {
    std::int64_t id = 0;  ///< cursor, ascending
    TimePoint timestamp{};
    std::string level = "info";    ///< info | success | warning | error | debug
    std::string type = "general";  ///< general | command | storage | security
    std::string message;
    std::string stage;
    std::string details;
    std::optional<std::int64_t> duration_ms;
};

/// One object that a backup stored.
struct Artifact {
    std::string name;       ///< full object name below the destination's root
    std::string source_id;  ///< id of the source's Adapter
    std::string database;
    std::string contents;
    std::string format;
    std::string compression;
    std::int64_t size_bytes = 0;      ///< as stored
    std::int64_t original_bytes = 0;  ///< as dumped
    std::string sha256;               ///< of the stored bytes
};

struct ExecutionFilter {
    std::optional<ExecutionStatus> status;
    std::string type;
    std::string job_id;
    std::optional<TimePoint> from;
    std::optional<TimePoint> to;
    int limit = 50;
    std::optional<std::int64_t> before_sequence;  ///< cursor: only older ones
};

}  // namespace dbackup
