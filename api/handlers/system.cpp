#include <filesystem>

#include "api/handlers/bound.h"
#include "api/handlers/health.h"
#include "api/handlers/json_writer.h"
#include "api/handlers/services.h"
#include "api/handlers/settings.h"
#include "api/openapi/document.h"

namespace dbackup::api {

namespace {

void writePlugin(JsonWriter& out, const plugin::PluginFile& file) {
    out.beginObject()
        .text("file", file.file)
        .textOrNull("name", file.name)
        .textOrNull("version", file.version)
        .textOrNull("vendor", file.vendor)
        .textOrNull("abi", file.abi)
        .text("status", file.loaded ? "loaded" : "refused")
        .textOrNull("reason", file.reason)
        .beginArray("components");
    for (const auto& component : file.components) {
        out.beginObject()
            .text("kind", component.kind)
            .text("id", component.id)
            .text("title", component.title)
            .json("capabilities", component.capabilities.empty() ? "{}" : component.capabilities)
            .json("schema", component.schema.empty() ? "{}" : component.schema)
            .end();
    }
    out.end().end();
}

Response listPlugins(const plugin::PluginCatalog& catalog) {
    JsonWriter out = success();
    out.beginArray("data");
    for (const auto& file : catalog.files()) {
        writePlugin(out, file);
    }
    out.end().end();
    return respond(out);
}

/// What an administrator wants to know of the installation; more than /health tells to everybody.
Response systemStatus(const Services& services, std::chrono::steady_clock::time_point started) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(services.clock.steady() - started);
    JsonWriter out = success();
    out.beginObject("data")
        .text("version", DBACKUP_VERSION)
        .number("uptime", uptime.count())
        .time("time", services.clock.now());
    std::error_code fault;
    const auto space = std::filesystem::space(services.state_folder, fault);
    if (!fault) {
        out.beginObject("stateFolder")
            .number("freeBytes", static_cast<std::int64_t>(space.available))
            .number("totalBytes", static_cast<std::int64_t>(space.capacity))
            .end();
    }
    out.end().end();
    return respond(out);
}

Response timezone(const Request& /*request*/) {
    JsonWriter out;
    out.beginObject().text("schedulerTimezone", "UTC").end();
    return respond(out);
}

Response openApi(const Request& /*request*/) {
    Response response;
    response.body = openApiDocument();
    return response;
}

}  // namespace

void addSystemRoutes(Router& router, const Services& services) {
    const auto started = services.clock.steady();
    const Access read = Access::with("settings:read");
    router.add("GET", "/health", Access::open(), [services, started](const Request&) {
        return health(services, started);
    });
    router.add("GET", "/plugins", read, [services](const Request&) { return listPlugins(services.catalog); });
    router.add(
        "GET", "/settings", read, [services](const Request&) { return listSettings(services.settings); });
    router.add("PUT", "/settings", Access::with("settings:write"), [services](const Request& request) {
        return changeSettings(request, services.settings);
    });
    router.add("GET", "/system/status", read, [services, started](const Request&) {
        return systemStatus(services, started);
    });
    router.add("GET", "/system/timezone", Access::key(), timezone);
    router.add("GET", "/openapi.json", Access::open(), openApi);
}

}  // namespace dbackup::api
