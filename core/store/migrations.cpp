#include "core/store/migrations.h"

#include <array>

#include "core/base/error.h"
#include "core/store/transaction.h"

namespace dbackup::store {

namespace {

// Times are milliseconds since 1970, ids are texts, what has a shape of its own is JSON.
constexpr std::string_view first_schema = R"sql(
CREATE TABLE adapters (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    adapter_id TEXT NOT NULL,
    config TEXT NOT NULL,
    secrets TEXT NOT NULL,             -- sealed
    metadata TEXT NOT NULL,
    storage_role TEXT NOT NULL,
    last_status TEXT NOT NULL,
    last_error TEXT NOT NULL,
    last_health_check INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX adapters_name ON adapters (type, storage_role, name);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    schedule TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    source_id TEXT REFERENCES adapters (id),
    databases TEXT NOT NULL,           -- JSON array
    compression TEXT NOT NULL,
    compression_level INTEGER NOT NULL,
    parallel INTEGER NOT NULL,
    format TEXT NOT NULL,
    extra TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX jobs_source ON jobs (source_id);

CREATE TABLE job_destinations (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    adapter_id TEXT NOT NULL REFERENCES adapters (id),
    priority INTEGER NOT NULL,
    retention TEXT NOT NULL
);
CREATE INDEX job_destinations_job ON job_destinations (job_id, priority);
CREATE INDEX job_destinations_adapter ON job_destinations (adapter_id);

-- job_id refers to nothing on purpose: history outlives its job, and a job with a million executions must
-- be removed in no time.
CREATE TABLE executions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT NOT NULL,
    progress INTEGER,
    stage TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    size_bytes INTEGER,
    path TEXT NOT NULL,
    error TEXT NOT NULL,
    trigger_type TEXT NOT NULL,
    trigger_label TEXT NOT NULL,
    lock INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    request TEXT NOT NULL
);
-- Each index ends with the sequence, as every index of SQLite does: newest first needs no sorting.
CREATE INDEX executions_job ON executions (job_id);
CREATE INDEX executions_job_status ON executions (job_id, status);
CREATE INDEX executions_status ON executions (status);
CREATE INDEX executions_type ON executions (type);
CREATE INDEX executions_type_status ON executions (type, status);
CREATE INDEX executions_queued_at ON executions (queued_at);

CREATE TABLE execution_stages (
    id INTEGER PRIMARY KEY,
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    bytes INTEGER NOT NULL
);
CREATE INDEX execution_stages_execution ON execution_stages (execution_id);

CREATE TABLE execution_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    timestamp INTEGER NOT NULL,
    level TEXT NOT NULL,
    type TEXT NOT NULL,
    message TEXT NOT NULL,
    stage TEXT NOT NULL,
    details TEXT NOT NULL,
    duration_ms INTEGER
);
CREATE INDEX execution_logs_execution ON execution_logs (execution_id);

CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY,
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    source_id TEXT NOT NULL,
    database TEXT NOT NULL,
    contents TEXT NOT NULL,
    format TEXT NOT NULL,
    compression TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    original_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL
);
CREATE INDEX artifacts_execution ON artifacts (execution_id);

CREATE TABLE leftovers (
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    destination_id TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (execution_id, destination_id, token)
);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL,         -- JSON array
    expires_at INTEGER,
    enabled INTEGER NOT NULL,
    last_used_at INTEGER,
    created_at INTEGER NOT NULL
);

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
);
)sql";

constexpr std::string_view several_sources = R"sql(
CREATE TABLE job_sources (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    adapter_id TEXT NOT NULL REFERENCES adapters (id),
    PRIMARY KEY (job_id, position)
);
CREATE INDEX job_sources_adapter ON job_sources (adapter_id);
)sql";

constexpr std::string_view delivery = R"sql(
ALTER TABLE jobs ADD COLUMN spool_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job_destinations ADD COLUMN retries INTEGER NOT NULL DEFAULT 3;
ALTER TABLE job_destinations ADD COLUMN bandwidth_limit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job_destinations ADD COLUMN verify TEXT NOT NULL DEFAULT 'checksum';
)sql";

constexpr std::string_view backup_index = R"sql(
-- What lies on the destinations, as far as is known: a cache of their manifests.
CREATE TABLE stored_backups (
    destination_id TEXT NOT NULL REFERENCES adapters (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    manifest_bytes INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    fault TEXT NOT NULL,
    manifest TEXT NOT NULL,
    PRIMARY KEY (destination_id, path)
);
CREATE INDEX stored_backups_created_at ON stored_backups (destination_id, created_at);

CREATE TABLE storage_listings (
    destination_id TEXT NOT NULL PRIMARY KEY REFERENCES adapters (id) ON DELETE CASCADE,
    listed_at INTEGER NOT NULL,
    settings_hash TEXT NOT NULL
);

-- Paths at which something may have changed since they were looked at.
CREATE TABLE storage_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    destination_id TEXT NOT NULL REFERENCES adapters (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    UNIQUE (destination_id, path)
);

-- Deletions that have begun.
CREATE TABLE storage_removals (
    destination_id TEXT NOT NULL REFERENCES adapters (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    PRIMARY KEY (destination_id, path)
);

CREATE TABLE backup_verifications (
    destination_id TEXT NOT NULL REFERENCES adapters (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    verified_at INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (destination_id, path)
);

CREATE TABLE storage_snapshots (
    destination_id TEXT NOT NULL REFERENCES adapters (id) ON DELETE CASCADE,
    date TEXT NOT NULL,                -- yyyy-MM-dd, UTC
    size_bytes INTEGER NOT NULL,
    backups INTEGER NOT NULL,
    PRIMARY KEY (destination_id, date)
);
)sql";

// Which objects were made or taken over by a set of documents (configuration as code).
constexpr std::string_view managed_resources = R"sql(
CREATE TABLE managed_resources (
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    resource_set TEXT NOT NULL,
    PRIMARY KEY (kind, object_id)
);
CREATE INDEX managed_resources_set ON managed_resources (resource_set);
)sql";

constexpr std::array<Migration, 5> all_migrations = {
    {{1, first_schema}, {2, several_sources}, {3, delivery}, {4, backup_index}, {5, managed_resources}}};

constexpr std::string_view version_table =
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, applied_at INTEGER NOT "
    "NULL)";

std::int64_t count(Connection& connection, std::string_view sql) {
    return connection.selectFirst<std::int64_t>(sql).value_or(0);
}

}  // namespace

std::span<const Migration> migrations() {
    return all_migrations;
}

int schemaVersion(Connection& connection, std::span<const Migration> steps) {
    if (count(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'") == 0) {
        if (count(connection, "SELECT count(*) FROM sqlite_master") != 0) {
            throw Error(ErrorKind::Integrity,
                        "the history store is an SQLite database, but not one of DBackup",
                        "move it away, or set state.dir to another folder");
        }
        return 0;
    }
    const auto version = count(connection, "SELECT max(version) FROM schema_version");
    if (version > static_cast<std::int64_t>(steps.size())) {
        throw Error(ErrorKind::Unsupported,
                    "the history store has schema version " + std::to_string(version) +
                        ", this program knows up to " + std::to_string(steps.size()),
                    "use the newer DBackup that wrote it; nothing was changed");
    }
    return static_cast<int>(version);
}

void migrate(Connection& connection, std::span<const Migration> steps, const Log& log) {
    for (const Migration& step : steps) {
        Transaction transaction(connection);
        // Read within the transaction: another process may have been faster.
        if (schemaVersion(connection, steps) >= step.version) {
            continue;
        }
        connection.executeScript(std::string(version_table));
        connection.executeScript(std::string(step.sql));
        connection.execute("INSERT INTO schema_version (version, applied_at) VALUES (?, ?)",
                           {step.version, SystemClock().now()});
        transaction.commit();
        log.info("history store: schema version " + std::to_string(step.version));
    }
}

}  // namespace dbackup::store
