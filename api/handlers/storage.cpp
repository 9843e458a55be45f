#include "api/handlers/backup_json.h"
#include "api/handlers/bound.h"
#include "api/handlers/restore_body.h"
#include "api/handlers/services.h"

namespace dbackup::api {

namespace {

class StorageResource {
public:
    explicit StorageResource(const Services& services) : services_(services) {}

    Response files(const Request& request) {
        const std::string id = destination(request);
        JsonWriter out;
        out.beginArray();
        // SYSTEM is for backups of our own configuration, which are none of these.
        if (request.queryValue("typeFilter") != "SYSTEM") {
            for (const auto& backup : services_.orchestrator.backups(id)) {
                out.beginObject();
                writeBackup(out, backup);
                out.end();
            }
        }
        out.end();
        return respond(out);
    }

    Response restore(const Request& request) {
        const JsonObject::Ptr json = request.json();
        orchestrator::RestoreCommand where;
        where.path = filePathFrom(*json);
        where.destination_id = destination(request);
        const std::string id = services_.orchestrator.startRestore(
            restoreCommandFrom(json, where, services_.orchestrator), {"Api", request.principal.label});
        JsonWriter out = success();
        out.text("executionId", id).text("message", "Restore started").end();
        return respond(out, 202);
    }

    Response analyze(const Request& request) {
        const std::string path = filePathFrom(*request.json());
        const auto adapter = services_.adapters.find(request.param("id"));
        if (!adapter || adapter->type != AdapterType::Storage) {
            throw HttpError(404, "Storage adapter not found");
        }
        const Manifest manifest = findBackup(services_.orchestrator, adapter->id, path);
        JsonWriter out;
        out.beginObject().beginArray("databases");
        for (const auto& name : databasesIn(manifest)) {
            out.text(name);
        }
        out.end();
        if (!manifest.sources.empty()) {
            out.text("sourceType", manifest.sources.front().adapter_id);
        }
        out.end();
        return respond(out);
    }

private:
    std::string destination(const Request& request) const {
        const std::string& id = request.param("id");
        const auto adapter = services_.adapters.find(id);
        if (!adapter) {
            throw HttpError(404, "Storage configuration with ID " + id + " not found.");
        }
        if (adapter->type != AdapterType::Storage) {
            throw HttpError(400, "Adapter configuration " + id + " is not a storage adapter.");
        }
        return id;
    }

    Services services_;
};

}  // namespace

void addStorageRoutes(Router& router, const Services& services) {
    const auto storage = std::make_shared<StorageResource>(services);
    const Access restore = Access::with("storage:restore");
    router.add(
        "GET", "/storage/:id/files", Access::with("storage:read"), bound(storage, &StorageResource::files));
    router.add("POST", "/storage/:id/restore", restore, bound(storage, &StorageResource::restore));
    router.add("POST", "/storage/:id/analyze", restore, bound(storage, &StorageResource::analyze));
}

}  // namespace dbackup::api
