#include "core/protocol/fields.h"
#include "core/protocol/messages.h"

namespace dbackup::protocol {

namespace {

JsonObject::Ptr toJson(const Artifact& artifact) {
    JsonObject::Ptr json = newObject();
    json->set("name", artifact.name);
    json->set("sourceId", artifact.source_id);
    json->set("database", artifact.database);
    json->set("contents", artifact.contents);
    json->set("format", artifact.format);
    json->set("compression", artifact.compression);
    json->set("sizeBytes", static_cast<Poco::Int64>(artifact.size_bytes));
    json->set("originalBytes", static_cast<Poco::Int64>(artifact.original_bytes));
    json->set("sha256", artifact.sha256);
    return json;
}

Artifact artifactFrom(const Fields& fields) {
    Artifact artifact;
    artifact.name = fields.text("name");
    artifact.source_id = fields.text("sourceId");
    artifact.database = fields.text("database");
    artifact.contents = fields.text("contents");
    artifact.format = fields.text("format");
    artifact.compression = fields.text("compression");
    artifact.size_bytes = fields.integer("sizeBytes");
    artifact.original_bytes = fields.integer("originalBytes");
    artifact.sha256 = fields.text("sha256");
    return artifact;
}

BackupResult::Destination destinationFrom(const Fields& fields) {
    return {fields.text("id"), fields.text("name"), fields.flag("ok"), fields.text("error")};
}

}  // namespace

JsonObject::Ptr toJson(const BackupResult& result) {
    JsonObject::Ptr json = newObject();
    json->set("outcome", std::string(toString(result.outcome)));
    json->set("sizeBytes", static_cast<Poco::Int64>(result.size_bytes));
    JsonArray::Ptr artifacts = new JsonArray;
    for (const Artifact& artifact : result.artifacts)
        artifacts->add(toJson(artifact));
    json->set("artifacts", artifacts);
    JsonArray::Ptr destinations = new JsonArray;
    for (const BackupResult::Destination& destination : result.destinations) {
        JsonObject::Ptr entry = newObject();
        entry->set("id", destination.id);
        entry->set("name", destination.name);
        entry->set("ok", destination.ok);
        entry->set("error", destination.error);
        destinations->add(entry);
    }
    json->set("destinations", destinations);
    json->set("engineVersion", result.engine_version);
    json->set("engineEdition", result.engine_edition);
    return json;
}

BackupResult backupResultFrom(const JsonObject& json) {
    const Fields fields(json);
    BackupResult result;
    const std::string outcome = fields.text("outcome");
    if (!outcome.empty()) {
        const std::optional<Outcome> known = outcomeFrom(outcome);
        if (!known) throw Error(ErrorKind::Settings, "message: \"" + outcome + "\" is no outcome");
        result.outcome = *known;
    }
    result.size_bytes = fields.integer("sizeBytes");
    for (const JsonObject::Ptr& artifact : fields.objects("artifacts")) {
        const std::string place = "artifacts[" + std::to_string(result.artifacts.size()) + "]";
        result.artifacts.push_back(artifactFrom(Fields(*artifact, place)));
    }
    for (const JsonObject::Ptr& destination : fields.objects("destinations")) {
        const std::string place = "destinations[" + std::to_string(result.destinations.size()) + "]";
        result.destinations.push_back(destinationFrom(Fields(*destination, place)));
    }
    result.engine_version = fields.text("engineVersion");
    result.engine_edition = fields.text("engineEdition");
    return result;
}

}  // namespace dbackup::protocol
