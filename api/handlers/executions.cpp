#include "api/handlers/bound.h"
#include "api/handlers/execution_events.h"
#include "api/handlers/execution_json.h"
#include "api/handlers/execution_query.h"
#include "api/handlers/restore_body.h"
#include "api/handlers/services.h"
#include "core/base/error.h"

namespace dbackup::api {

namespace {

constexpr int default_page = 50;
constexpr int max_page = 500;
constexpr int history_rows = 100;
constexpr int default_log_page = 1000;
constexpr int max_log_page = 10'000;

HttpError notFound() {
    return {404, "Execution not found"};
}

/// Where the backup of an execution lies: what the caller names, else the first destination that has it.
std::string destinationOf(const Execution& execution, BodyFields& body) {
    if (const auto named = body.text("storageId"); named && !named->empty()) {
        return *named;
    }
    const JsonObject::Ptr metadata = parseJsonObject(execution.metadata, "the execution's metadata");
    const JsonArray::Ptr destinations = arrayAt(*metadata, "destinations");
    for (std::size_t i = 0; destinations && i < destinations->size(); ++i) {
        const auto destination = destinations->getObject(static_cast<unsigned>(i));
        if (destination && textOr(*destination, "status") == "success") {
            return textOr(*destination, "configId");
        }
    }
    body.fault("storageId", "is required: the execution does not tell which destination has its backup");
    body.throwIfFaulty();
    return {};
}

class ExecutionResource {
public:
    explicit ExecutionResource(const Services& services) : services_(services) {}

    Response get(const Request& request) {
        const Execution execution = existing(request);
        JsonWriter out = success();
        out.beginObject("data");
        writeExecution(out, execution);
        if (request.queryValue("includeLogs") == "true") {
            writeLogs(out, "logs", services_.executions.logs(execution.id));
        }
        out.end().end();
        return respond(out);
    }

    Response list(const Request& request) {
        const ExecutionFilter filter = executionFilterFrom(request, default_page, max_page);
        const auto executions = services_.executions.list(filter);
        JsonWriter out = success();
        out.beginArray("data");
        for (const auto& execution : executions) {
            out.beginObject();
            writeExecution(out, execution);
            out.end();
        }
        out.end().textOrNull("nextCursor", nextCursor(executions, filter.limit)).end();
        return respond(out);
    }

    Response history(const Request& request) {
        const ExecutionFilter filter = executionFilterFrom(request, history_rows, max_page);
        const auto executions = services_.executions.list(filter);
        JsonWriter out;
        out.beginObject().beginArray("executions");
        for (const auto& execution : executions) {
            out.beginObject();
            writeHistoryRow(out, execution);
            out.end();
        }
        out.end()
            .text("systemTimezone", "UTC")
            .textOrNull("nextCursor", nextCursor(executions, filter.limit))
            .end();
        return respond(out);
    }

    Response stages(const Request& request) {
        JsonWriter out = success();
        out.beginArray("data");
        for (const auto& stage : services_.executions.stages(existing(request).id)) {
            out.beginObject();
            writeStage(out, stage);
            out.end();
        }
        out.end().end();
        return respond(out);
    }

    Response artifacts(const Request& request) {
        JsonWriter out = success();
        out.beginArray("data");
        for (const auto& artifact : services_.executions.artifacts(existing(request).id)) {
            out.beginObject();
            writeArtifact(out, artifact);
            out.end();
        }
        out.end().end();
        return respond(out);
    }

    Response logs(const Request& request) {
        const Page page = pageFrom(request, default_log_page, max_log_page);
        const std::int64_t cursor = page.cursor.value_or(0);
        const auto entries = services_.executions.logs(existing(request).id, cursor, page.limit);
        JsonWriter out = success();
        writeLogs(out, "data", entries);
        // Whoever follows a log asks again with it, so it is there even when there was nothing new.
        out.text("nextCursor", std::to_string(entries.empty() ? cursor : entries.back().id)).end();
        return respond(out);
    }

    Response cancel(const Request& request) {
        const auto result = services_.orchestrator.cancel(existing(request).id);
        JsonWriter out = success();
        out.text("message",
                 result == orchestrator::CancelResult::Pending ? "Pending execution cancelled"
                                                               : "Cancellation signal sent")
            .end();
        return respond(out);
    }

    Response restore(const Request& request) {
        const JsonObject::Ptr json = request.json();
        const Execution execution = existing(request);
        if (execution.type != "Backup" || execution.path.empty() ||
            (execution.outcome != Outcome::Success && execution.outcome != Outcome::Partial)) {
            throw HttpError(400, "This execution has no backup that could be restored");
        }
        BodyFields body(json);
        orchestrator::RestoreCommand where;
        where.destination_id = destinationOf(execution, body);
        where.path = execution.path;
        const std::string id = services_.orchestrator.startRestore(
            restoreCommandFrom(json, where, services_.orchestrator), {"Api", request.principal.label});
        JsonWriter out = success();
        out.text("executionId", id).text("message", "Restore started").end();
        return respond(out, 202);
    }

private:
    Execution existing(const Request& request) const {
        auto execution = services_.executions.find(request.param("id"));
        if (!execution) {
            throw notFound();
        }
        return std::move(*execution);
    }

    Services services_;
};

}  // namespace

void addExecutionRoutes(Router& router, const Services& services) {
    const auto executions = std::make_shared<ExecutionResource>(services);
    const Access read = Access::with("history:read");
    router.add("GET", "/executions", read, bound(executions, &ExecutionResource::list));
    router.add("GET", "/executions/:id", read, bound(executions, &ExecutionResource::get));
    router.add("GET", "/executions/:id/stages", read, bound(executions, &ExecutionResource::stages));
    router.add("GET", "/executions/:id/artifacts", read, bound(executions, &ExecutionResource::artifacts));
    router.add("GET", "/executions/:id/logs", read, bound(executions, &ExecutionResource::logs));
    router.addStream("GET",
                     "/executions/:id/events",
                     read,
                     [&store = services.executions](const Request& request, BodyStream& stream) {
                         streamExecution(request, store, stream);
                     });
    router.add("POST",
               "/executions/:id/cancel",
               Access::with("jobs:execute"),
               bound(executions, &ExecutionResource::cancel));
    router.add("POST",
               "/executions/:id/restore",
               Access::with("storage:restore"),
               bound(executions, &ExecutionResource::restore));
    router.add("GET", "/history", read, bound(executions, &ExecutionResource::history));
}

}  // namespace dbackup::api
