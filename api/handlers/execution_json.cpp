#include "api/handlers/execution_json.h"

namespace dbackup::api {

namespace {

bool hasEnded(const Execution& execution) {
    return execution.status == ExecutionStatus::Success || execution.status == ExecutionStatus::Failed;
}

// A backup that failed everywhere is nowhere; a restore's path is where it read.
bool hasPath(const Execution& execution) {
    return hasEnded(execution) &&
           (execution.type != "Backup" || execution.outcome == Outcome::Success ||
            execution.outcome == Outcome::Partial) &&
           !execution.path.empty();
}

std::optional<std::int64_t> durationOf(const Execution& execution) {
    if (!hasEnded(execution) || !execution.ended_at) {
        return std::nullopt;
    }
    if (!execution.started_at) {
        return 0;  // cancelled while it waited
    }
    return (*execution.ended_at - *execution.started_at).count();
}

std::optional<std::int64_t> sizeOf(const Execution& execution) {
    return hasEnded(execution) && execution.size_bytes.value_or(0) > 0 ? execution.size_bytes : std::nullopt;
}

std::optional<std::int64_t> progressOf(const Execution& execution) {
    if (hasEnded(execution)) {
        return 100;
    }
    return execution.progress ? std::optional<std::int64_t>(*execution.progress) : std::nullopt;
}

}  // namespace

void writeExecution(JsonWriter& out, const Execution& execution) {
    out.text("id", execution.id)
        .textOrNull("jobId", execution.job_id)
        .textOrNull("jobName", execution.job_name)
        .text("type", execution.type)
        .text("status", toString(execution.status))
        .textOrNull("outcome", toString(execution.outcome))
        .number("progress", progressOf(execution))
        .textOrNull("stage", execution.stage)
        .time("queuedAt", execution.queued_at)
        .time("startedAt", execution.started_at)
        .time("endedAt", execution.ended_at)
        .number("duration", durationOf(execution))
        .number("size", sizeOf(execution))
        .textOrNull("path", hasPath(execution) ? execution.path : std::string())
        .textOrNull("error", execution.status == ExecutionStatus::Failed ? execution.error : std::string())
        .textOrNull("triggerType", execution.trigger_type)
        .textOrNull("triggerLabel", execution.trigger_label);
}

void writeHistoryRow(JsonWriter& out, const Execution& execution) {
    // Clients of the contract find progress and stage in here.
    JsonObject::Ptr metadata = parseJsonObject(execution.metadata, "the execution's metadata");
    metadata->set("progress", progressOf(execution).value_or(0));
    metadata->set("stage", execution.stage);
    out.text("id", execution.id)
        .textOrNull("jobId", execution.job_id)
        .text("type", execution.type)
        .text("status", toString(execution.status))
        .textOrNull("outcome", toString(execution.outcome))
        .time("startedAt", execution.started_at)
        .time("endedAt", execution.ended_at)
        .textOrNull("path", hasPath(execution) ? execution.path : std::string())
        .text("metadata", toText(metadata))
        .textOrNull("triggerType", execution.trigger_type)
        .textOrNull("triggerLabel", execution.trigger_label);
    if (execution.job_name.empty()) {
        out.null("job");
    } else {
        out.beginObject("job").text("name", execution.job_name).end();
    }
}

void writeLogs(JsonWriter& out, std::string_view key, const std::vector<LogEntry>& entries) {
    out.beginArray(key);
    for (const auto& entry : entries) {
        out.beginObject();
        writeLogEntry(out, entry);
        out.end();
    }
    out.end();
}

void writeLogEntry(JsonWriter& out, const LogEntry& entry) {
    out.time("timestamp", entry.timestamp)
        .text("level", entry.level)
        .text("type", entry.type)
        .text("message", entry.message);
    if (!entry.stage.empty()) {
        out.text("stage", entry.stage);
    }
    if (!entry.details.empty()) {
        out.text("details", entry.details);
    }
    if (entry.duration_ms) {
        out.number("durationMs", *entry.duration_ms);
    }
}

void writeStage(JsonWriter& out, const ExecutionStage& stage) {
    const auto duration = stage.ended_at
                              ? std::optional<std::int64_t>((*stage.ended_at - stage.started_at).count())
                              : std::nullopt;
    out.text("name", stage.name)
        .time("startedAt", stage.started_at)
        .time("endedAt", stage.ended_at)
        .number("duration", duration)
        .number("bytes", stage.bytes);
}

void writeArtifact(JsonWriter& out, const Artifact& artifact) {
    out.text("name", artifact.name)
        .textOrNull("sourceId", artifact.source_id)
        .textOrNull("database", artifact.database)
        .text("contents", artifact.contents)
        .text("format", artifact.format)
        .text("compression", artifact.compression)
        .number("size", artifact.size_bytes)
        .number("originalSize", artifact.original_bytes)
        .text("sha256", artifact.sha256);
}

}  // namespace dbackup::api
