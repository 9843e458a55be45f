#include "core/protocol/messages.h"

#include "core/protocol/fields.h"
#include "core/protocol/request_parts.h"

namespace dbackup::protocol {

namespace {

std::string element(std::string_view array, std::size_t index) {
    return std::string(array) + "[" + std::to_string(index) + "]";
}

BackupRequest::Source sourceFrom(const JsonObject& json, const std::string& place) {
    const Fields fields(json, place);
    BackupRequest::Source source;
    source.component = componentFrom(*fields.object("component"), fields.placeOf("component"));
    source.databases = fields.texts("databases");
    source.format = fields.text("format");
    return source;
}

JsonObject::Ptr toJson(const BackupRequest::Destination& destination) {
    JsonObject::Ptr json = toJson(destination.component);
    json->set("retries", static_cast<int>(destination.retries));
    json->set("bandwidthLimit", static_cast<Poco::Int64>(destination.bandwidth_limit));
    json->set("verify", std::string(toString(destination.verify)));
    return json;
}

BackupRequest::Destination destinationFrom(const JsonObject& json, const std::string& place) {
    const Fields fields(json, place);
    BackupRequest::Destination destination;
    destination.component = componentFrom(json, place);
    if (fields.has("retries")) {
        destination.retries = static_cast<unsigned>(fields.integer("retries", 0, max_retries));
    }
    if (fields.has("bandwidthLimit")) {
        destination.bandwidth_limit = static_cast<std::uint64_t>(fields.integer("bandwidthLimit"));
    }
    if (fields.has("verify")) {
        const std::string name = fields.text("verify");
        const std::optional<VerifyMode> mode = verifyModeFrom(name);
        if (!mode) {
            throw Error(ErrorKind::Settings,
                        "message: " + fields.placeOf("verify") + " \"" + name + "\" is no verification");
        }
        destination.verify = *mode;
    }
    return destination;
}

}  // namespace

JsonObject::Ptr toJson(const BackupRequest& request) {
    JsonObject::Ptr json = newRequest(request.setup);
    json->set("executionId", request.execution_id);
    json->set("jobId", request.job_id);
    json->set("jobName", request.job_name);
    json->set("path", request.path);
    json->set("createdAt", toIso(request.created_at));
    json->set("triggerType", request.trigger_type);
    json->set("triggerLabel", request.trigger_label);
    json->set("locked", request.locked);
    JsonArray::Ptr sources = new JsonArray;
    for (const BackupRequest::Source& source : request.sources) {
        JsonObject::Ptr entry = newObject();
        entry->set("component", toJson(source.component));
        entry->set("databases", toArray(source.databases));
        entry->set("format", source.format);
        sources->add(entry);
    }
    json->set("sources", sources);
    JsonArray::Ptr destinations = new JsonArray;
    for (const BackupRequest::Destination& destination : request.destinations)
        destinations->add(toJson(destination));
    json->set("destinations", destinations);
    json->set("compression", request.compression);
    json->set("compressionLevel", request.compression_level);
    json->set("parallel", request.parallel);
    json->set("volumeBytes", static_cast<Poco::Int64>(request.volume_bytes));
    json->set("spoolBytes", static_cast<Poco::Int64>(request.spool_bytes));
    json->set("spoolFolder", request.spool_folder);
    return json;
}

BackupRequest backupRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    BackupRequest request;
    request.setup = openRequest(fields);
    request.execution_id = fields.text("executionId");
    request.job_id = fields.text("jobId");
    request.job_name = fields.text("jobName");
    request.path = fields.text("path");
    request.created_at = fromIso(fields.text("createdAt"));
    request.trigger_type = fields.text("triggerType");
    request.trigger_label = fields.text("triggerLabel");
    request.locked = fields.flag("locked");
    for (const JsonObject::Ptr& source : fields.objects("sources"))
        request.sources.push_back(sourceFrom(*source, element("sources", request.sources.size())));
    for (const JsonObject::Ptr& destination : fields.objects("destinations")) {
        request.destinations.push_back(
            destinationFrom(*destination, element("destinations", request.destinations.size())));
    }
    request.compression = fields.text("compression");
    request.compression_level = static_cast<int>(fields.integer("compressionLevel", -128, 22));
    request.parallel = static_cast<int>(fields.integer("parallel", 1, 64));
    request.volume_bytes = static_cast<std::uint64_t>(fields.integer("volumeBytes", 1));
    if (fields.has("spoolBytes")) {
        request.spool_bytes = static_cast<std::uint64_t>(fields.integer("spoolBytes"));
    }
    if (fields.has("spoolFolder")) request.spool_folder = fields.text("spoolFolder");
    return request;
}

JsonObject::Ptr toJson(const RestoreRequest& request) {
    JsonObject::Ptr json = newRequest(request.setup);
    json->set("executionId", request.execution_id);
    json->set("origin", toJson(request.origin));
    json->set("path", request.path);
    json->set("target", toJson(request.target));
    JsonArray::Ptr items = new JsonArray;
    for (const RestoreRequest::Item& item : request.items) {
        JsonObject::Ptr entry = newObject();
        entry->set("original", item.original);
        entry->set("target", item.target);
        items->add(entry);
    }
    json->set("items", items);
    json->set("globals", request.globals);
    json->set("overwrite", request.overwrite);
    json->set("noOwner", request.no_owner);
    json->set("sourceId", request.source_id);
    json->set("selection", toArray(request.selection));
    JsonObject::Ptr owners = newObject();
    for (const auto& [from, to] : request.owners)
        owners->set(from, to);
    json->set("owners", owners);
    return json;
}

RestoreRequest restoreRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    RestoreRequest request;
    request.setup = openRequest(fields);
    request.execution_id = fields.text("executionId");
    request.origin = componentFrom(*fields.object("origin"), "origin");
    request.path = fields.text("path");
    request.target = componentFrom(*fields.object("target"), "target");
    for (const JsonObject::Ptr& item : fields.objects("items")) {
        const Fields entry(*item, element("items", request.items.size()));
        request.items.push_back({entry.text("original"), entry.text("target")});
    }
    request.globals = fields.flag("globals");
    request.overwrite = fields.flag("overwrite");
    request.no_owner = fields.flag("noOwner");
    if (fields.has("sourceId")) request.source_id = fields.text("sourceId");
    if (fields.has("selection")) request.selection = fields.texts("selection");
    if (fields.has("owners")) {
        const JsonObject::Ptr owners = fields.object("owners");
        const Fields names(*owners, "owners");
        for (const std::string& from : owners->getNames())
            request.owners[from] = names.text(from);
    }
    return request;
}

JsonObject::Ptr toJson(const ComponentRequest& request) {
    JsonObject::Ptr json = newRequest(request.setup);
    json->set("component", toJson(request.component));
    json->set("path", request.path);
    return json;
}

ComponentRequest componentRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    ComponentRequest request;
    request.setup = openRequest(fields);
    request.component = componentFrom(*fields.object("component"), "component");
    if (fields.has("path")) request.path = fields.text("path");
    return request;
}

JsonObject::Ptr toJson(const CleanupRequest& request) {
    JsonObject::Ptr json = newRequest(request.setup);
    json->set("component", toJson(request.component));
    json->set("tokens", toArray(request.tokens));
    json->set("path", request.path);
    return json;
}

CleanupRequest cleanupRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    CleanupRequest request;
    request.setup = openRequest(fields);
    request.component = componentFrom(*fields.object("component"), "component");
    request.tokens = fields.texts("tokens");
    request.path = fields.text("path");
    return request;
}

}  // namespace dbackup::protocol
