#include "core/store/execution_store.h"

#include "core/base/error.h"
#include "core/store/query.h"

namespace dbackup::store {

namespace {

// A job that is gone leaves its executions without id and name of a job.
const std::string select_executions =
    "SELECT e.sequence, e.id, j.id, j.name, e.type, e.status, e.outcome, e.progress, e.stage, e.queued_at, "
    "e.started_at, e.ended_at, e.size_bytes, e.path, e.error, e.trigger_type, e.trigger_label, e.lock, "
    "e.metadata, e.request FROM executions e LEFT JOIN jobs j ON j.id = e.job_id";

const std::string pending(toString(ExecutionStatus::Pending));
const std::string running(toString(ExecutionStatus::Running));

void addArtifact(Connection& connection, const std::string& id, const Artifact& artifact) {
    connection.execute(
        "INSERT INTO artifacts (execution_id, name, source_id, database, contents, format, compression, "
        "size_bytes, original_bytes, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {id,
         artifact.name,
         artifact.source_id,
         artifact.database,
         artifact.contents,
         artifact.format,
         artifact.compression,
         artifact.size_bytes,
         artifact.original_bytes,
         artifact.sha256});
}

void closeStages(Connection& connection, const std::string& id, std::optional<TimePoint> now) {
    connection.execute("UPDATE execution_stages SET ended_at = ? WHERE execution_id = ? AND ended_at IS NULL",
                       {now, id});
}

/// The WHERE clause of a filter and its values.
class Conditions {
public:
    explicit Conditions(const ExecutionFilter& filter) {
        if (filter.status) add("e.status = ?", toString(*filter.status));
        if (!filter.type.empty()) add("e.type = ?", filter.type);
        if (!filter.job_id.empty()) add("e.job_id = ?", filter.job_id);
        if (filter.before_sequence) add("e.sequence < ?", *filter.before_sequence);
        // Executions are queued in the order of their sequence, so a time finds a place in it. Going by
        // the time alone would read and sort all rows of the period. The unary plus keeps its index out.
        if (filter.from) {
            add("+e.queued_at >= ?", *filter.from);
            add("e.sequence >= (SELECT sequence FROM executions WHERE queued_at >= ? "
                "ORDER BY queued_at, sequence LIMIT 1)",
                *filter.from);
        }
        if (filter.to) {
            add("+e.queued_at <= ?", *filter.to);
            add("e.sequence <= (SELECT sequence FROM executions WHERE queued_at <= ? "
                "ORDER BY queued_at DESC, sequence DESC LIMIT 1)",
                *filter.to);
        }
    }

    const std::string& text() const { return text_; }
    Values& values() { return values_; }

private:
    void add(const std::string& condition, Value value) {
        text_ += (values_.empty() ? " WHERE " : " AND ") + condition;
        values_.push_back(std::move(value));
    }

    std::string text_;
    Values values_;
};

}  // namespace

static void read(Row& row, Execution& execution) {
    execution.sequence = row.integer();
    execution.id = row.text();
    execution.job_id = row.text();
    execution.job_name = row.text();
    execution.type = row.text();
    execution.status = executionStatusFrom(row.text()).value_or(ExecutionStatus::None);
    execution.outcome = outcomeFrom(row.text()).value_or(Outcome::None);
    if (const auto progress = row.optionalInteger()) execution.progress = static_cast<int>(*progress);
    execution.stage = row.text();
    execution.queued_at = row.time();
    execution.started_at = row.optionalTime();
    execution.ended_at = row.optionalTime();
    execution.size_bytes = row.optionalInteger();
    execution.path = row.text();
    execution.error = row.text();
    execution.trigger_type = row.text();
    execution.trigger_label = row.text();
    execution.lock = row.flag();
    execution.metadata = row.text();
    execution.request = row.text();
}

static void read(Row& row, ExecutionStage& stage) {
    stage.name = row.text();
    stage.started_at = row.time();
    stage.ended_at = row.optionalTime();
    stage.bytes = row.integer();
}

static void read(Row& row, LogEntry& entry) {
    entry.id = row.integer();
    entry.timestamp = row.time();
    entry.level = row.text();
    entry.type = row.text();
    entry.message = row.text();
    entry.stage = row.text();
    entry.details = row.text();
    entry.duration_ms = row.optionalInteger();
}

static void read(Row& row, Artifact& artifact) {
    artifact.name = row.text();
    artifact.source_id = row.text();
    artifact.database = row.text();
    artifact.contents = row.text();
    artifact.format = row.text();
    artifact.compression = row.text();
    artifact.size_bytes = row.integer();
    artifact.original_bytes = row.integer();
    artifact.sha256 = row.text();
}

static void read(Row& row, ExecutionStore::Leftover& leftover) {
    leftover.execution_id = row.text();
    leftover.destination_id = row.text();
    leftover.token = row.text();
}

ExecutionStore::ExecutionStore(Database& database) : database_(database) {}

void ExecutionStore::add(Execution& execution) {
    database_.write([&](Connection& connection) {
        execution.sequence =
            connection
                .selectFirst<std::int64_t>(
                    "INSERT INTO executions (id, job_id, type, status, outcome, progress, stage, queued_at, "
                    "started_at, ended_at, size_bytes, path, error, trigger_type, trigger_label, lock, "
                    "metadata, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "RETURNING sequence",
                    {execution.id,
                     textOrNull(execution.job_id),
                     execution.type,
                     toString(execution.status),
                     toString(execution.outcome),
                     execution.progress,
                     execution.stage,
                     execution.queued_at,
                     execution.started_at,
                     execution.ended_at,
                     execution.size_bytes,
                     execution.path,
                     execution.error,
                     execution.trigger_type,
                     execution.trigger_label,
                     execution.lock,
                     execution.metadata,
                     execution.request})
                .value();
    });
}

std::optional<Execution> ExecutionStore::find(const std::string& id) const {
    static const std::string sql = select_executions + " WHERE e.id = ?";
    if (database_.isWriting()) return findRow<Execution>(database_, sql, {id});
    const std::uint64_t commits = database_.commits();
    if (auto known = cache_.find(id, commits)) return known;
    auto found = findRow<Execution>(database_, sql, {id});
    if (found) cache_.keep(*found, commits);
    return found;
}

std::vector<Execution> ExecutionStore::list(const ExecutionFilter& filter) const {
    Conditions conditions(filter);
    conditions.values().emplace_back(filter.limit);
    return listRows<Execution>(database_,
                               select_executions + conditions.text() + " ORDER BY e.sequence DESC LIMIT ?",
                               conditions.values());
}

std::vector<Execution> ExecutionStore::withStatus(ExecutionStatus status) const {
    return listRows<Execution>(
        database_, select_executions + " WHERE e.status = ? ORDER BY e.sequence", {toString(status)});
}

bool ExecutionStore::claim(const std::string& id, TimePoint now, const std::string& path) {
    return change(database_,
                  "UPDATE executions SET status = ?, started_at = ?, path = ? WHERE id = ? AND status = ?",
                  {running, now, path, id, pending}) != 0;
}

bool ExecutionStore::cancelPending(const std::string& id, TimePoint now, const std::string& error) {
    bool cancelled = false;
    database_.write([&](Connection& connection) {
        cancelled =
            connection.execute(
                "UPDATE executions SET status = ?, outcome = ?, progress = 100, ended_at = ?, "
                "error = ? WHERE id = ? AND status = ?",
                {toString(ExecutionStatus::Failed), toString(Outcome::Cancelled), now, error, id, pending}) !=
            0;
        if (cancelled) closeStages(connection, id, now);
    });
    return cancelled;
}

void ExecutionStore::updateProgressLater(const std::string& id, const std::string& stage, int progress) {
    changeLater(database_,
                "UPDATE executions SET stage = ?, progress = ? WHERE id = ? AND status = ?",
                {stage, progress, id, running});
}

void ExecutionStore::finish(const Execution& execution, const std::vector<Artifact>& artifacts) {
    std::int64_t changed = 0;
    database_.write([&](Connection& connection) {
        changed = connection.execute(
            "UPDATE executions SET status = ?, outcome = ?, stage = ?, progress = ?, ended_at = ?, "
            "size_bytes = ?, path = ?, error = ?, metadata = ? WHERE id = ?",
            {toString(execution.status),
             toString(execution.outcome),
             execution.stage,
             execution.progress,
             execution.ended_at,
             execution.size_bytes,
             execution.path,
             execution.error,
             execution.metadata,
             execution.id});
        if (changed == 0) return;
        closeStages(connection, execution.id, execution.ended_at);
        connection.execute("DELETE FROM artifacts WHERE execution_id = ?", {execution.id});
        for (const Artifact& artifact : artifacts) {
            addArtifact(connection, execution.id, artifact);
        }
    });
    if (changed == 0) {
        throw Error(ErrorKind::NotFound, "there is no execution " + execution.id);
    }
}

void ExecutionStore::stageStartedLater(const std::string& id, const std::string& stage, TimePoint now) {
    changeLater(database_,
                "INSERT INTO execution_stages (execution_id, name, started_at, bytes) VALUES (?, ?, ?, 0)",
                {id, stage, now});
}

void ExecutionStore::stageAdvancedLater(const std::string& id, const std::string& stage, std::int64_t bytes) {
    changeLater(database_,
                "UPDATE execution_stages SET bytes = ? "
                "WHERE execution_id = ? AND name = ? AND ended_at IS NULL",
                {bytes, id, stage});
}

void ExecutionStore::stageEndedLater(const std::string& id,
                                     const std::string& stage,
                                     TimePoint now,
                                     std::int64_t bytes) {
    changeLater(database_,
                "UPDATE execution_stages SET ended_at = ?, bytes = ? "
                "WHERE execution_id = ? AND name = ? AND ended_at IS NULL",
                {now, bytes, id, stage});
}

std::vector<ExecutionStage> ExecutionStore::stages(const std::string& id) const {
    return listRows<ExecutionStage>(
        database_,
        "SELECT name, started_at, ended_at, bytes FROM execution_stages WHERE execution_id = ? ORDER BY id",
        {id});
}

void ExecutionStore::logLater(const std::string& id, LogEntry entry) {
    changeLater(database_,
                "INSERT INTO execution_logs (execution_id, timestamp, level, type, message, stage, details, "
                "duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                {id,
                 entry.timestamp,
                 std::move(entry.level),
                 std::move(entry.type),
                 std::move(entry.message),
                 std::move(entry.stage),
                 std::move(entry.details),
                 entry.duration_ms});
}

std::vector<LogEntry> ExecutionStore::logs(const std::string& id, std::int64_t after, int limit) const {
    return listRows<LogEntry>(
        database_,
        "SELECT id, timestamp, level, type, message, stage, details, duration_ms FROM execution_logs "
        "WHERE execution_id = ? AND id > ? ORDER BY id LIMIT ?",
        {id, after, limit});
}

std::vector<Artifact> ExecutionStore::artifacts(const std::string& id) const {
    return listRows<Artifact>(database_,
                              "SELECT name, source_id, database, contents, format, compression, size_bytes, "
                              "original_bytes, sha256 FROM artifacts WHERE execution_id = ? ORDER BY id",
                              {id});
}

void ExecutionStore::addLeftover(const Leftover& leftover) {
    change(database_,
           "INSERT INTO leftovers (execution_id, destination_id, token) VALUES (?, ?, ?) "
           "ON CONFLICT DO NOTHING",
           {leftover.execution_id, leftover.destination_id, leftover.token});
}

void ExecutionStore::removeLeftoverLater(const Leftover& leftover) {
    changeLater(database_,
                "DELETE FROM leftovers WHERE execution_id = ? AND destination_id = ? AND token = ?",
                {leftover.execution_id, leftover.destination_id, leftover.token});
}

void ExecutionStore::removeLeftovers(const std::string& execution_id) {
    change(database_, "DELETE FROM leftovers WHERE execution_id = ?", {execution_id});
}

std::vector<ExecutionStore::Leftover> ExecutionStore::leftovers(const std::string& execution_id) const {
    database_.flush();  // what removeLeftoverLater() took counts as removed
    const std::string sql = "SELECT execution_id, destination_id, token FROM leftovers";
    return execution_id.empty()
               ? listRows<Leftover>(database_, sql + " ORDER BY rowid")
               : listRows<Leftover>(
                     database_, sql + " WHERE execution_id = ? ORDER BY rowid", {execution_id});
}

std::optional<TimePoint> ExecutionStore::lastRun(const std::string& job_id) const {
    const auto millis = findRow<std::int64_t>(database_,
                                              "SELECT started_at FROM executions WHERE job_id = ? AND "
                                              "started_at IS NOT NULL ORDER BY sequence DESC LIMIT 1",
                                              {job_id});
    return millis ? std::optional(fromMillis(*millis)) : std::nullopt;
}

}  // namespace dbackup::store
