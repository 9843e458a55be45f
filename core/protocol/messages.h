#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/execution.h"
#include "core/model/verify_mode.h"

/// What dbackupd and dbackup-worker say to each other: one JSON object a line, at most 32 MiB.
/// `dbackup-worker COMMAND` reads one request line from standard input; the end of its input means
/// "stop". It writes events to standard output, the last of them a result. Described for other
/// implementers in docs/worker-protocol.md.
namespace dbackup::protocol {

inline constexpr int version = 1;
inline constexpr std::size_t max_line_bytes = 32U << 20;
/// Of an upload.
inline constexpr int max_retries = 100;

/// A configured component: which plugin file, which id in it, with which settings.
struct ComponentRef {
    std::string id;    ///< id of the Adapter; names the destination or source in events
    std::string name;  ///< for people
    std::string plugin_file;
    std::string component;                 ///< "postgres"
    std::string settings = "{}";           ///< JSON object, secrets included
    std::vector<std::string> secret_keys;  ///< whose values are masked in what is logged
};

/// Common to all requests.
struct RunSetup {
    std::string scratch;    ///< private folder, made and removed by the daemon
    std::string tool_path;  ///< colon-separated folders
    /// The daemon answers each Leftover event with a line feed once it is on record. Only then may what was
    /// announced come to exist, since a daemon that dies before would not know of it.
    bool confirms = false;
};

struct BackupRequest {
    RunSetup setup;
    std::string execution_id;
    std::string job_id;
    std::string job_name;
    std::string path;  ///< "<job>/<backup>"
    TimePoint created_at{};
    std::string trigger_type;
    std::string trigger_label;
    bool locked = false;
    struct Source {
        ComponentRef component;
        std::vector<std::string> databases;  ///< empty = all
        std::string format;                  ///< empty = the engine's first
    };
    std::vector<Source> sources;
    struct Destination {
        ComponentRef component;
        unsigned retries = 0;               ///< of an upload that broke
        std::uint64_t bandwidth_limit = 0;  ///< bytes a second; 0 = none
        VerifyMode verify = VerifyMode::Checksum;
    };
    std::vector<Destination> destinations;
    std::string compression = "zstd";  ///< none | gzip | zstd
    int compression_level = 0;         ///< 0 = default
    int parallel = 1;
    std::uint64_t volume_bytes = 64ULL << 30;
    std::uint64_t spool_bytes = 0;  ///< 0 = no spool
    std::string spool_folder = {};  ///< empty = the scratch folder
};

struct RestoreRequest {
    RunSetup setup;
    std::string execution_id;
    ComponentRef origin;  ///< the destination that keeps the backup
    std::string path;     ///< "<job>/<backup>"
    ComponentRef target;  ///< the source to restore into
    struct Item {
        std::string original;  ///< database as it was dumped
        std::string target;    ///< name to restore into
    };
    std::vector<Item> items;  ///< empty = all databases under their own names
    bool globals = false;     ///< restore server-wide objects (roles) first
    bool overwrite = false;
    bool no_owner = false;
    std::string source_id = {};               ///< which source of the backup; empty = all that fit the target
    std::vector<std::string> selection = {};  ///< parts of the one database; empty = all of it
    std::map<std::string, std::string> owners = {};  ///< an owner's name in the backup -> here
};

/// For test, databases, list.
struct ComponentRequest {
    RunSetup setup;
    ComponentRef component;
    std::string path = {};  ///< list: only this backup; empty = all
};

/// For cleanup: removes announced leftovers, and the backup's objects unless its manifest is there.
struct CleanupRequest {
    RunSetup setup;
    ComponentRef component;
    std::vector<std::string> tokens;
    std::string path;  ///< "<job>/<backup>"; may be empty
};

JsonObject::Ptr toJson(const BackupRequest& request);
JsonObject::Ptr toJson(const RestoreRequest& request);
JsonObject::Ptr toJson(const ComponentRequest& request);
JsonObject::Ptr toJson(const CleanupRequest& request);
/// @throws Error Settings naming the member that is missing or of a wrong type; Unsupported for another
/// version
BackupRequest backupRequestFrom(const JsonObject& json);
RestoreRequest restoreRequestFrom(const JsonObject& json);
ComponentRequest componentRequestFrom(const JsonObject& json);
CleanupRequest cleanupRequestFrom(const JsonObject& json);

/// One event. `kind` says which members count.
struct Event {
    enum class Kind {
        None = 0,
        StageStarted,
        StageEnded,
        Progress,
        Working,
        Log,
        Leftover,
        LeftoverGone,
        Result
    };
    Kind kind = Kind::None;

    std::string stage;             ///< StageStarted, StageEnded, Progress, Working, Log
    std::int64_t bytes = 0;        ///< StageEnded: in all; Progress: of the stage so far
    std::int64_t total_bytes = 0;  ///< Progress: expected in all, 0 = unknown
    LogEntry log;                  ///< Log
    std::string component_id;      ///< Leftover, LeftoverGone: which destination
    std::string token;             ///< Leftover, LeftoverGone
    bool ok = false;               ///< Result
    ErrorKind error_kind = ErrorKind::None;
    std::string error_message;
    std::string error_hint;
    bool error_retryable = false;
    JsonObject::Ptr data;  ///< Result: what the command returns
};

std::string toLine(const Event& event);  ///< without the line feed
/// @throws Error Internal for a line that is no event
Event eventFrom(std::string_view line);
/// An Error from a Result that is not ok.
Error errorOf(const Event& result);
/// A failed Result.
Event failure(const Error& error);

/// `data` of a backup's Result, sent with failures too as far as things went.
struct BackupResult {
    Outcome outcome = Outcome::None;
    std::int64_t size_bytes = 0;  ///< stored, manifest included
    std::vector<Artifact> artifacts;
    struct Destination {
        std::string id;
        std::string name;
        bool ok = false;
        std::string error;
    };
    std::vector<Destination> destinations;
    std::string engine_version;
    std::string engine_edition;
};
JsonObject::Ptr toJson(const BackupResult& result);
BackupResult backupResultFrom(const JsonObject& json);

}  // namespace dbackup::protocol
