#include "core/protocol/storage_messages.h"

#include "core/protocol/request_parts.h"

namespace dbackup::protocol {

namespace {

constexpr std::int64_t week_s = 604'800;

Poco::Int64 number(std::int64_t value) {
    return value;
}

/// A request with its component.
JsonObject::Ptr begin(const RunSetup& setup, const ComponentRef& component) {
    JsonObject::Ptr json = newRequest(setup);
    json->set("component", toJson(component));
    return json;
}

ComponentRef componentOf(const Fields& fields) {
    return componentFrom(*fields.object("component"), "component");
}

std::optional<std::int64_t> integerIn(const Fields& fields, const std::string& key) {
    return fields.has(key) ? std::optional(fields.integer(key)) : std::nullopt;
}

}  // namespace

JsonObject::Ptr toJson(const ListRequest& request) {
    JsonObject::Ptr json = begin(request.setup, request.component);
    json->set("paths", toArray(request.paths));
    JsonArray::Ptr known = new JsonArray;
    for (const ListRequest::Known& one : request.known) {
        JsonObject::Ptr entry = newObject();
        entry->set("path", one.path);
        entry->set("modified", number(toMillis(one.modified)));
        entry->set("bytes", number(one.manifest_bytes));
        known->add(entry);
    }
    json->set("known", known);
    return json;
}

ListRequest listRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    ListRequest request;
    request.setup = openRequest(fields);
    request.component = componentOf(fields);
    if (fields.has("paths")) request.paths = fields.texts("paths");
    if (fields.has("known")) {
        for (const JsonObject::Ptr& one : fields.objects("known")) {
            const Fields entry(*one, "known[" + std::to_string(request.known.size()) + "]");
            // Times before 1970 are told by some storages.
            request.known.push_back(
                {entry.text("path"),
                 fromMillis(entry.integer("modified", std::numeric_limits<std::int64_t>::min())),
                 entry.integer("bytes")});
        }
    }
    return request;
}

JsonObject::Ptr toJson(const PathsRequest& request) {
    JsonObject::Ptr json = begin(request.setup, request.component);
    json->set("paths", toArray(request.paths));
    json->set("locked", request.locked);
    return json;
}

PathsRequest pathsRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    PathsRequest request;
    request.setup = openRequest(fields);
    request.component = componentOf(fields);
    request.paths = fields.texts("paths");
    request.locked = fields.flag("locked");
    return request;
}

JsonObject::Ptr toJson(const ReadRequest& request) {
    JsonObject::Ptr json = begin(request.setup, request.component);
    json->set("path", request.path);
    json->set("object", request.object);
    json->set("decompress", request.decompress);
    if (request.range.first) json->set("first", number(*request.range.first));
    if (request.range.last) json->set("last", number(*request.range.last));
    json->set("tag", request.range.tag);
    return json;
}

ReadRequest readRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    ReadRequest request;
    request.setup = openRequest(fields);
    request.component = componentOf(fields);
    request.path = fields.text("path");
    request.object = fields.text("object");
    request.decompress = fields.flag("decompress");
    request.range = {integerIn(fields, "first"), integerIn(fields, "last"), fields.text("tag")};
    return request;
}

JsonObject::Ptr toJson(const ReadHead& head) {
    JsonObject::Ptr json = newObject();
    json->set("name", head.name);
    json->set("size", number(head.size_bytes));
    json->set("first", number(head.first));
    json->set("length", number(head.length));
    json->set("partial", head.partial);
    json->set("satisfiable", head.satisfiable);
    json->set("takesRanges", head.takes_ranges);
    json->set("tag", head.tag);
    return json;
}

ReadHead readHeadFrom(const JsonObject& json) {
    const Fields fields(json, "head");
    ReadHead head;
    head.name = fields.text("name");
    head.size_bytes = fields.integer("size");
    head.first = fields.integer("first");
    head.length = fields.integer("length");
    head.partial = fields.flag("partial");
    head.satisfiable = fields.flag("satisfiable");
    head.takes_ranges = fields.flag("takesRanges");
    head.tag = fields.text("tag");
    return head;
}

JsonObject::Ptr toJson(const PresignRequest& request) {
    JsonObject::Ptr json = begin(request.setup, request.component);
    json->set("path", request.path);
    json->set("object", request.object);
    json->set("validSeconds", number(request.valid_seconds));
    return json;
}

PresignRequest presignRequestFrom(const JsonObject& json) {
    const Fields fields(json);
    PresignRequest request;
    request.setup = openRequest(fields);
    request.component = componentOf(fields);
    request.path = fields.text("path");
    request.object = fields.text("object");
    request.valid_seconds = fields.integer("validSeconds", 1, week_s);
    return request;
}

}  // namespace dbackup::protocol
