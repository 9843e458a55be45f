#include <array>
#include <utility>

#include "core/protocol/fields.h"
#include "core/protocol/messages.h"

namespace dbackup::protocol {

namespace {

using Kind = Event::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 8> kind_names{{
    {Kind::StageStarted, "stageStarted"},
    {Kind::StageEnded, "stageEnded"},
    {Kind::Progress, "progress"},
    {Kind::Working, "working"},
    {Kind::Log, "log"},
    {Kind::Leftover, "leftover"},
    {Kind::LeftoverGone, "leftoverGone"},
    {Kind::Result, "result"},
}};

std::string_view nameOf(Kind kind) {
    for (const auto& [known, name] : kind_names) {
        if (known == kind) return name;
    }
    throw Error(ErrorKind::Internal, "an event without a kind cannot be sent");
}

Kind kindFrom(const std::string& name) {
    for (const auto& [kind, known] : kind_names) {
        if (known == name) return kind;
    }
    throw Error(ErrorKind::Settings, "\"" + name + "\" is no event");
}

void putLog(JsonObject& json, const Event& event) {
    json.set("timestamp", toIso(event.log.timestamp));
    json.set("level", event.log.level);
    json.set("type", event.log.type);
    json.set("message", event.log.message);
    json.set("stage", event.log.stage);
    json.set("details", event.log.details);
    if (event.log.duration_ms) json.set("durationMs", static_cast<Poco::Int64>(*event.log.duration_ms));
}

void readLog(Event& event, const Fields& fields) {
    event.log.timestamp = fromIso(fields.text("timestamp"));
    event.log.level = fields.text("level");
    event.log.type = fields.text("type");
    event.log.message = fields.text("message");
    event.log.stage = fields.text("stage");
    event.log.details = fields.text("details");
    if (fields.has("durationMs")) event.log.duration_ms = fields.integer("durationMs");
}

void putResult(JsonObject& json, const Event& event) {
    json.set("ok", event.ok);
    if (!event.ok) {
        JsonObject::Ptr error = newObject();
        error->set("kind", std::string(toString(event.error_kind)));
        error->set("message", event.error_message);
        error->set("hint", event.error_hint);
        error->set("retryable", event.error_retryable);
        json.set("error", error);
    }
    json.set("data", event.data ? event.data : newObject());
}

void readResult(Event& event, const Fields& fields) {
    event.ok = fields.flag("ok");
    event.data = fields.object("data");
    if (event.ok) return;
    const JsonObject::Ptr json = fields.object("error");
    const Fields error(*json, "error");
    event.error_kind = sdk::errorKindFrom(error.text("kind"));
    event.error_message = error.text("message");
    event.error_hint = error.text("hint");
    event.error_retryable = error.flag("retryable");
}

Event readEvent(std::string_view line) {
    const JsonObject::Ptr json = parseJsonObject(line, "event");
    const Fields fields(*json);
    Event event;
    event.kind = kindFrom(fields.text("event"));
    switch (event.kind) {
        case Kind::StageStarted:
        case Kind::Working:
            event.stage = fields.text("stage");
            break;
        case Kind::StageEnded:
            event.stage = fields.text("stage");
            event.bytes = fields.integer("bytes");
            break;
        case Kind::Progress:
            event.stage = fields.text("stage");
            event.bytes = fields.integer("bytes");
            event.total_bytes = fields.integer("totalBytes");
            break;
        case Kind::Log:
            readLog(event, fields);
            event.stage = event.log.stage;
            break;
        case Kind::Leftover:
        case Kind::LeftoverGone:
            event.component_id = fields.text("component");
            event.token = fields.text("token");
            break;
        case Kind::Result:
            readResult(event, fields);
            break;
        case Kind::None:
            break;
    }
    return event;
}

}  // namespace

std::string toLine(const Event& event) {
    JsonObject::Ptr json = newObject();
    json->set("event", std::string(nameOf(event.kind)));
    switch (event.kind) {
        case Kind::StageStarted:
        case Kind::Working:
            json->set("stage", event.stage);
            break;
        case Kind::StageEnded:
            json->set("stage", event.stage);
            json->set("bytes", static_cast<Poco::Int64>(event.bytes));
            break;
        case Kind::Progress:
            json->set("stage", event.stage);
            json->set("bytes", static_cast<Poco::Int64>(event.bytes));
            json->set("totalBytes", static_cast<Poco::Int64>(event.total_bytes));
            break;
        case Kind::Log:
            putLog(*json, event);
            break;
        case Kind::Leftover:
        case Kind::LeftoverGone:
            json->set("component", event.component_id);
            json->set("token", event.token);
            break;
        case Kind::Result:
            putResult(*json, event);
            break;
        case Kind::None:
            break;
    }
    return toText(json);
}

Event eventFrom(std::string_view line) {
    try {
        return readEvent(line);
    } catch (const Error& error) {
        throw Error(ErrorKind::Internal,
                    "the worker sent a line that is no event (" + std::string(error.what()) + ")");
    }
}

Error errorOf(const Event& result) {
    Error error(result.error_kind, result.error_message, result.error_hint);
    return error.canRetry(result.error_retryable);
}

Event failure(const Error& error) {
    Event event;
    event.kind = Kind::Result;
    event.error_kind = error.kind();
    event.error_message = error.what();
    event.error_hint = error.hint();
    event.error_retryable = error.retryable();
    return event;
}

}  // namespace dbackup::protocol
