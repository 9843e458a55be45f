#pragma once

#include <vector>

#include "api/handlers/json_writer.h"
#include "core/model/execution.h"

namespace dbackup::api {

/// The members of an execution.
void writeExecution(JsonWriter& out, const Execution& execution);
/// As GET /history shows it.
void writeHistoryRow(JsonWriter& out, const Execution& execution);
/// `"<key>":[...]`, entries in the contract's shape.
void writeLogs(JsonWriter& out, std::string_view key, const std::vector<LogEntry>& entries);
/// The members of one entry.
void writeLogEntry(JsonWriter& out, const LogEntry& entry);
void writeStage(JsonWriter& out, const ExecutionStage& stage);
void writeArtifact(JsonWriter& out, const Artifact& artifact);

}  // namespace dbackup::api
