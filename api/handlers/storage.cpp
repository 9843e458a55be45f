#include "api/handlers/storage.h"

#include <algorithm>
#include <charconv>

#include "api/handlers/backup_json.h"
#include "api/handlers/bound.h"
#include "api/handlers/bulk.h"
#include "api/handlers/file_path.h"
#include "api/handlers/restore_body.h"
#include "core/base/error.h"
#include "core/orchestrator/storage_explorer.h"

namespace dbackup::api {

namespace {

using orchestrator::PathOutcome;
using orchestrator::StorageExplorer;

constexpr const char* locked_text = "This backup is locked. Unlock it before deleting.";

/// Why a backup was not changed; empty = it was.
std::string errorOf(const PathOutcome& outcome) {
    switch (outcome.state) {
        case PathOutcome::State::Done:
            return {};
        case PathOutcome::State::Locked:
            return locked_text;
        case PathOutcome::State::Missing:
            return "Backup \"" + outcome.path + "\" not found on this destination";
        default:
            return outcome.error;
    }
}

void throwUnlessDone(const PathOutcome& outcome) {
    switch (outcome.state) {
        case PathOutcome::State::Done:
            return;
        case PathOutcome::State::Locked:
            throw HttpError(409, locked_text);
        case PathOutcome::State::Missing:
            throw HttpError(404, errorOf(outcome));
        default:
            throw Error(outcome.kind, outcome.error);
    }
}

/// Was the storage at fault, rather than the request?
bool isDownloadError(ErrorKind kind) {
    return kind == ErrorKind::Unavailable || kind == ErrorKind::Authentication ||
           kind == ErrorKind::Permission || kind == ErrorKind::ToolFailed || kind == ErrorKind::ToolMissing;
}

/// A number of the query, kept within bounds. @throws HttpError 400 for what is no number
std::optional<int> numberIn(const Request& request, const std::string& name, int least, int most) {
    const auto text = request.queryValue(name);
    if (!text) return std::nullopt;
    int number = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (fault == std::errc::result_out_of_range) return text->starts_with('-') ? least : most;
    if (fault != std::errc() || end != text->data() + text->size()) {
        throw HttpError(400, name + " must be a whole number", {{name, "must be a whole number"}});
    }
    return std::clamp(number, least, most);
}

class StorageResource {
public:
    explicit StorageResource(const Services& services) : services_(services) {}

    Response files(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        const auto limit = numberIn(request, "limit", 1, 500);
        const auto cursor = request.queryValue("cursor");
        const auto freshness = request.queryValue("refresh") == "true" ? StorageExplorer::Freshness::Fresh
                                                                       : StorageExplorer::Freshness::Indexed;
        std::vector<StoredBackup> backups;
        // SYSTEM is for backups of our own configuration, which are none of these.
        if (request.queryValue("typeFilter") != "SYSTEM") backups = storage().backups(id, freshness);
        const auto first =
            !cursor ? backups.begin()
                    : std::find_if(backups.begin(), backups.end(), [&](const StoredBackup& backup) {
                          return backup.manifest.path == *cursor;
                      });
        auto at = cursor && first != backups.end() ? first + 1 : first;
        JsonWriter out;
        out.beginArray();
        std::string last;
        for (int count = 0; at != backups.end() && (!limit || count < *limit); ++at, ++count) {
            out.beginObject();
            writeBackup(out, *at);
            out.end();
            last = at->manifest.path;
        }
        out.end();
        Response response = respond(out);
        if (at != backups.end()) response.headers["X-Next-Cursor"] = last;
        return response;
    }

    Response remove(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        const JsonObject::Ptr json = request.body.empty() ? newObject() : request.json();
        BodyFields(json).require({"path"}, "Path is required");
        throwUnlessDone(storage().remove(id, {filePathFrom(*json, "path")}).front());
        return done();
    }

    Response bulk(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        const BulkRequest bulk = bulkFrom(request, "paths", {"delete", "lock", "unlock"});
        BulkOutcome outcome;
        std::vector<std::string> paths;
        for (const auto& path : bulk.ids) {
            try {
                paths.push_back(checkedPath(path, "paths"));
            } catch (const HttpError& error) {
                outcome.failed.emplace_back(path, error.what());
            }
        }
        if (!paths.empty()) {
            const auto results = bulk.action == "delete" ? storage().remove(id, paths)
                                                         : storage().lock(id, paths, bulk.action == "lock");
            for (const auto& result : results) {
                const std::string error = errorOf(result);
                if (error.empty()) {
                    outcome.succeeded.push_back(result.path);
                } else {
                    outcome.failed.emplace_back(result.path, error);
                }
            }
        }
        return bulkResponse(outcome,
                            {"backup", bulk.action, bulk.action + (bulk.action == "delete" ? "d" : "ed")});
    }

    Response lock(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        const JsonObject::Ptr json = request.json();
        BodyFields body(json);
        const bool locked = body.flag("locked").value_or(true);
        body.throwIfFaulty();
        throwUnlessDone(storage().lock(id, {filePathFrom(*json)}, locked).front());
        JsonWriter out = success();
        out.beginObject("data").flag("locked", locked).end().end();
        return respond(out);
    }

    Response restore(const Request& request) {
        const JsonObject::Ptr json = request.json();
        orchestrator::RestoreCommand where;
        where.path = filePathFrom(*json);
        where.destination_id = destinationIdFrom(request, services_);
        const std::string id = services_.orchestrator.startRestore(
            restoreCommandFrom(json, where, services_.orchestrator), {"Manual", request.principal.label});
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
        const Manifest manifest = storage().backup(adapter->id, path).manifest;
        JsonWriter out;
        out.beginObject();
        writeContents(out, manifest);
        out.end();
        return respond(out);
    }

    Response verify(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        const std::string path = filePathFrom(*request.json());
        StorageExplorer::Check check;
        try {
            check = storage().verify(id, path, "manual");
        } catch (const Error& error) {
            if (!isDownloadError(error.kind())) throw;
            check = {{"download_error", "", "", error.text()}, services_.clock.now()};
        }
        JsonWriter out = success();
        out.beginObject("data").text("status", check.result.status);
        if (!check.result.expected.empty()) out.text("expectedChecksum", check.result.expected);
        if (!check.result.actual.empty()) out.text("actualChecksum", check.result.actual);
        if (!check.result.error.empty()) out.text("error", check.result.error);
        out.time("verifiedAt", check.verified_at).end().end();
        return respond(out);
    }

    Response verifyAsync(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        const std::string path = filePathFrom(*request.json());
        const std::string execution =
            services_.orchestrator.startVerification(id, path, {"Api", request.principal.label});
        JsonWriter out = success();
        out.text("executionId", execution).end();
        return respond(out);
    }

    Response history(const Request& request) {
        const std::string id = destinationIdFrom(request, services_);
        constexpr int default_days = 30;
        constexpr int most_days = 365;
        const int days = numberIn(request, "days", 1, most_days).value_or(default_days);
        JsonWriter out = success();
        out.beginArray("data");
        for (const auto& day : storage().history(id, days)) {
            out.beginObject()
                .text("date", day.date)
                .number("size", day.size_bytes)
                .number("count", day.backups)
                .end();
        }
        out.end().end();
        return respond(out);
    }

private:
    StorageExplorer& storage() const { return services_.orchestrator.storage(); }

    Services services_;
};

}  // namespace

std::string destinationIdFrom(const Request& request, const Services& services) {
    const std::string& id = request.param("id");
    const auto adapter = services.adapters.find(id);
    if (!adapter) {
        throw HttpError(404, "Storage configuration with ID " + id + " not found.");
    }
    if (adapter->type != AdapterType::Storage) {
        throw HttpError(400, "Adapter configuration " + id + " is not a storage adapter.");
    }
    return id;
}

void addStorageRoutes(Router& router, const Services& services) {
    const auto storage = std::make_shared<StorageResource>(services);
    const Access read = Access::with("storage:read");
    const Access change = Access::with("storage:delete");
    const Access restore = Access::with("storage:restore");
    router.add("GET", "/storage/:id/files", read, bound(storage, &StorageResource::files));
    router.add("DELETE", "/storage/:id/files", change, bound(storage, &StorageResource::remove));
    router.add("POST", "/storage/:id/files/bulk", change, bound(storage, &StorageResource::bulk));
    router.add("POST", "/storage/:id/lock", change, bound(storage, &StorageResource::lock));
    router.add("POST", "/storage/:id/restore", restore, bound(storage, &StorageResource::restore));
    router.add("POST", "/storage/:id/analyze", restore, bound(storage, &StorageResource::analyze));
    router.add("POST", "/storage/:id/verify", read, bound(storage, &StorageResource::verify));
    router.add("POST", "/storage/:id/verify-async", read, bound(storage, &StorageResource::verifyAsync));
    router.add("GET", "/storage/:id/history", read, bound(storage, &StorageResource::history));
    addDownloadRoutes(router, services);
}

}  // namespace dbackup::api
