#include "api/handlers/connection_test.h"

#include "api/handlers/adapter_settings.h"
#include "api/handlers/body_fields.h"
#include "api/handlers/json_writer.h"
#include "core/base/error.h"

namespace dbackup::api {

namespace {

void requireEngine(const ConnectionTest& test) {
    if (test.adapter.type != AdapterType::Database) {
        throw HttpError(400, "Unsupported adapter", {{"adapterId", "must be that of a database"}});
    }
}

}  // namespace

ConnectionTest connectionTestFrom(const Request& request, const Services& services) {
    BodyFields body(request.json());
    body.require({"adapterId", "config"}, "Missing required fields");
    const std::string adapter_id = body.text("adapterId").value_or("");
    const auto* entry = findComponent(services.catalog, adapter_id);
    if (entry == nullptr) {
        throw HttpError(400, "Unsupported adapter", {{"adapterId", "is served by no plugin: " + adapter_id}});
    }
    ConnectionTest test;
    test.adapter.type = typeOf(*entry);
    test.adapter.adapter_id = adapter_id;
    request.require(readPermission(test.adapter.type));

    const JsonObject::Ptr config = body.objectOrText("config");
    test.config_id = body.text("configId").value_or("");
    body.throwIfFaulty();
    if (!test.config_id.empty()) {
        const auto saved = services.adapters.find(test.config_id);
        if (!saved || saved->type != test.adapter.type || saved->adapter_id != adapter_id) {
            throw HttpError(404, "Adapter not found");
        }
        if (request.may(writePermission(test.adapter.type))) {
            test.adapter.secrets = saved->secrets;
        }
    }
    test.adapter = withConfig(test.adapter, *config, *entry, body);
    body.throwIfFaulty();
    return test;
}

ConnectionResult run(const ConnectionTest& test, orchestrator::Orchestrator& orchestrator) {
    ConnectionResult result;
    try {
        result.info =
            orchestrator.test(test.adapter.type, test.adapter.adapter_id, mergedSettings(test.adapter));
        result.ok = true;
        result.message = result.info.message.empty() ? "Connection successful" : result.info.message;
    } catch (const Error& error) {
        result.message = error.text();
    }
    return result;
}

Response accessCheck(const Request& request, const Services& services) {
    const ConnectionTest test = connectionTestFrom(request, services);
    requireEngine(test);
    JsonWriter out = success();
    out.beginArray("databases");
    for (const auto& database :
         services.orchestrator.databases(test.adapter.adapter_id, mergedSettings(test.adapter))) {
        out.text(database.name);
    }
    out.end().end();
    return respond(out);
}

Response databaseStats(const Request& request, const Services& services) {
    BodyFields body(request.json());
    const std::string source_id = body.text("sourceId").value_or("");
    body.throwIfFaulty();
    std::vector<sdk::DatabaseInfo> databases;
    if (source_id.empty()) {
        body.require({"adapterId", "config"}, "Missing adapterId/config or sourceId");
        const ConnectionTest test = connectionTestFrom(request, services);
        requireEngine(test);
        databases = services.orchestrator.databases(test.adapter.adapter_id, mergedSettings(test.adapter));
    } else {
        const auto source = services.adapters.find(source_id);
        if (!source || source->type != AdapterType::Database) {
            throw HttpError(404, "Source not found");
        }
        databases = services.orchestrator.databases(source_id);
    }
    JsonWriter out = success();
    out.beginArray("databases");
    for (const auto& database : databases) {
        out.beginObject().text("name", database.name);
        if (database.size_bytes > 0) {
            out.number("sizeInBytes", static_cast<std::int64_t>(database.size_bytes));
        }
        out.end();
    }
    out.end().end();
    return respond(out);
}

Response toResponse(const ConnectionResult& result) {
    JsonWriter out;
    out.beginObject().flag("success", result.ok).text("message", result.message);
    if (!result.info.version.empty()) {
        out.text("version", result.info.version);
    }
    if (!result.info.edition.empty()) {
        out.text("edition", result.info.edition);
    }
    out.end();
    return respond(out);
}

Response toResponse(const HttpError& error) {
    JsonWriter out;
    out.beginObject().flag("success", false).text("error", error.what()).text("message", error.what());
    if (!error.details().empty()) {
        out.beginObject("details");
        for (const auto& [field, reason] : error.details()) {
            out.text(field, reason);
        }
        out.end();
    }
    out.end();
    return respond(out, error.status());
}

}  // namespace dbackup::api
