#include <algorithm>

#include "api/handlers/body_fields.h"
#include "api/handlers/bound.h"
#include "api/handlers/json_writer.h"
#include "api/handlers/resource_apply.h"
#include "api/handlers/resource_schema.h"
#include "api/handlers/services.h"

namespace dbackup::api {

namespace {

constexpr std::size_t max_documents = 2000;
constexpr std::size_t max_set_bytes = 100;

// [{"origin": "jobs.yaml:12", "document": {...}}, ...]
std::vector<ApplyRequest::Document> documentsFrom(BodyFields& body) {
    std::vector<ApplyRequest::Document> documents;
    const JsonArray::Ptr list = body.array("documents");
    if (!list || list->size() > max_documents) {
        body.fault("documents",
                   "must be an array of at most " + std::to_string(max_documents) + " documents");
        return documents;
    }
    for (unsigned i = 0; i < list->size(); ++i) {
        const std::string place = "documents[" + std::to_string(i) + ']';
        const JsonObject::Ptr entry = list->isObject(i) ? list->getObject(i) : JsonObject::Ptr();
        if (!entry || !entry->isObject("document")) {
            body.fault(place, "must be an object with a document");
            continue;
        }
        documents.push_back({textOr(*entry, "origin", place), entry->getObject("document")});
    }
    return documents;
}

void writeField(JsonWriter& out, const FieldChange& field) {
    out.beginObject().text("field", field.field);
    if (field.secret) {
        out.flag("secret", true);
    } else {
        out.json("from", field.from.empty() ? "null" : field.from)
            .json("to", field.to.empty() ? "null" : field.to);
    }
    out.end();
}

void writeChange(JsonWriter& out, const ResourceChange& change) {
    out.beginObject()
        .text("action", change.action)
        .text("kind", toString(change.kind))
        .textOrNull("name", change.name)
        .textOrNull("origin", change.origin)
        .beginArray("fields");
    for (const auto& field : change.fields) {
        writeField(out, field);
    }
    out.end().end();
}

class ResourceResource {
public:
    explicit ResourceResource(const Services& services) : services_(services) {}

    Response apply(const Request& request) {
        BodyFields body(request.json());
        ApplyRequest apply;
        apply.documents = documentsFrom(body);
        if (body.given("set")) apply.set = body.name("set", max_set_bytes).value_or("");
        apply.dry_run = body.flag("dryRun").value_or(false);
        apply.prune = body.flag("prune").value_or(false);
        body.throwIfFaulty();
        apply.own_key_id = request.principal.key_id;
        apply.may = [&request](std::string_view permission) { return request.may(permission); };
        const ApplyResult result = applyResources(services_, apply);

        JsonWriter out = success();
        out.beginObject("data").flag("applied", !apply.dry_run).beginArray("changes");
        for (const auto& change : result.changes) {
            writeChange(out, change);
        }
        out.end().beginArray("keys");
        for (const auto& [name, key] : result.keys) {
            // What a dry run makes up is no key.
            if (!apply.dry_run) out.beginObject().text("name", name).text("key", key).end();
        }
        out.end().end().end();
        return respond(out);
    }

    /// All that the caller may read; a kind that is asked for by name must be among it.
    Response list(const Request& request) {
        const std::string wanted = request.queryValue("kind").value_or("");
        if (!wanted.empty() && resourceKindFrom(wanted) == ResourceKind::None) {
            throw HttpError(400,
                            "There is no kind " + wanted,
                            {{"kind", "must be Source, Destination, Job, ApiKey or Settings"}});
        }
        JsonWriter out = success();
        out.beginArray("data");
        std::vector<std::string> left_out;
        for (const ResourceKind kind : resourceKinds()) {
            if (!wanted.empty() && toString(kind) != wanted) continue;
            if (!wanted.empty()) request.require(readPermission(kind));
            if (request.may(readPermission(kind))) {
                write(out, kind);
            } else {
                left_out.emplace_back(toString(kind));
            }
        }
        out.end().beginArray("leftOut");
        for (const auto& kind : left_out) {
            out.text(kind);
        }
        out.end().end();
        return respond(out);
    }

    Response schema(const Request& /*request*/) {
        Response response;
        response.content_type = "application/schema+json";
        response.body = resourceSchema(services_.catalog);
        return response;
    }

private:
    void write(JsonWriter& out, ResourceKind kind) const {
        if (kind == ResourceKind::Settings) {
            out.element(toText(documentOf(services_.settings)));
        } else if (kind == ResourceKind::ApiKey) {
            writeAll(out, services_.keys.list(), [](const ApiKey& key) { return documentOf(key); });
        } else if (kind == ResourceKind::Job) {
            writeAll(out, services_.jobs.list(), [this](const Job& job) {
                return documentOf(job, services_.adapters);
            });
        } else {
            auto adapters = services_.adapters.list(kind == ResourceKind::Source ? AdapterType::Database
                                                                                 : AdapterType::Storage);
            // Directory sources are no destinations.
            std::erase_if(adapters, [](const Adapter& adapter) { return adapter.storage_role == "SOURCE"; });
            writeAll(out, std::move(adapters), [](const Adapter& adapter) { return documentOf(adapter); });
        }
    }

    /// By name, so that two exports can be compared.
    template <class Objects, class ToDocument>
    static void writeAll(JsonWriter& out, Objects objects, const ToDocument& to_document) {
        std::sort(
            objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        for (const auto& object : objects) {
            out.element(toText(to_document(object)));
        }
    }

    Services services_;
};

}  // namespace

void addResourceRoutes(Router& router, const Services& services) {
    const auto resources = std::make_shared<ResourceResource>(services);
    // Which permissions count depends on the kinds, so the handlers check them.
    router.add("GET", "/resources", Access::key(), bound(resources, &ResourceResource::list));
    router.add("POST", "/resources/apply", Access::key(), bound(resources, &ResourceResource::apply));
    router.add("GET", "/resources/schema", Access::key(), bound(resources, &ResourceResource::schema));
}

}  // namespace dbackup::api
