#include <mutex>

#include "api/handlers/adapter_json.h"
#include "api/handlers/adapter_settings.h"
#include "api/handlers/body_fields.h"
#include "api/handlers/bound.h"
#include "api/handlers/connection_test.h"
#include "api/handlers/json_writer.h"
#include "api/handlers/services.h"
#include "api/http/failure.h"
#include "core/base/error.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

constexpr std::size_t max_name_bytes = 200;

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

std::string upperCase(std::string text) {
    for (char& c : text) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return text;
}

// Our stores know nothing of the words that clients of the contract read.
[[noreturn]] void refuseDuplicate(const Adapter& adapter) {
    throw HttpError(409,
                    "A " + std::string(adapterNoun(adapter.type)) + " with the name \"" + adapter.name +
                        "\" already exists.",
                    {{"name", "is taken"}});
}

std::string roleFrom(BodyFields& body, const std::string& fallback) {
    const auto role = body.text("storageRole");
    if (!role) {
        return fallback;
    }
    if (*role != "DESTINATION" && *role != "SOURCE") {
        throw HttpError(400, "Invalid storage role", {{"storageRole", "must be DESTINATION or SOURCE"}});
    }
    return *role;
}

// Clients of these routes read `message`.
template <class Call>
Response told(const Call& call) {
    try {
        return call();
    } catch (const HttpError& error) {
        return toResponse(error);
    } catch (const Error& error) {
        const int status = statusOf(error.kind());
        if (status == 500) throw;  // ours: to be logged
        return toResponse(HttpError(status, error.text()));
    }
}

class AdapterResource {
public:
    explicit AdapterResource(const Services& services) : services_(services) {}

    Response list(const Request& request) {
        const auto type_name = request.queryValue("type");
        if (!type_name || type_name->empty()) {
            throw HttpError(400,
                            "Type parameter is required (database, storage, or notification)",
                            {{"type", "is required"}});
        }
        JsonWriter out;
        out.beginArray();
        if (const auto type = adapterTypeFrom(*type_name)) {
            request.require(readPermission(*type));
            const std::string role = upperCase(request.queryValue("role").value_or(""));
            const bool by_role = *type == AdapterType::Storage && (role == "SOURCE" || role == "DESTINATION");
            for (const auto& adapter : services_.adapters.list(*type)) {
                if (!by_role || adapter.storage_role == role) {
                    out.beginObject();
                    writeAdapter(out, adapter, services_.catalog);
                    out.end();
                }
            }
        }
        out.end();
        return respond(out);
    }

    Response get(const Request& request) {
        const Adapter adapter = existing(request, readPermission);
        JsonWriter out = success();
        out.beginObject("data");
        writeAdapter(out, adapter, services_.catalog);
        out.end().end();
        return respond(out);
    }

    Response create(const Request& request) {
        BodyFields body(request.json());
        body.require({"name", "type", "adapterId", "config"}, "Missing required fields");
        const auto type = adapterTypeFrom(body.text("type").value_or(""));
        if (!type) {
            body.fault("type", "must be database, storage or notification");
            body.throwIfFaulty();
        }
        request.require(writePermission(*type));

        const auto name = body.name("name", max_name_bytes);
        const std::string adapter_id = body.text("adapterId").value_or("");
        const JsonObject::Ptr config = body.objectOrText("config");
        const JsonObject::Ptr metadata = body.objectOrText("metadata");
        const std::string role = *type == AdapterType::Storage ? roleFrom(body, "DESTINATION") : "";
        body.throwIfFaulty();
        Adapter adapter = withConfig({}, *config, component(*type, adapter_id), body);
        body.throwIfFaulty();

        adapter.id = newId();
        adapter.name = *name;
        adapter.type = *type;
        adapter.adapter_id = adapter_id;
        adapter.metadata = metadata ? toText(metadata) : "{}";
        adapter.storage_role = role;
        adapter.created_at = adapter.updated_at = services_.clock.now();
        try {
            services_.adapters.add(adapter);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::AlreadyExists) refuseDuplicate(adapter);
            throw;
        }
        return adapterResponse(adapter, 201);
    }

    Response update(const Request& request) {
        BodyFields body(request.json());
        const std::scoped_lock lock(changes_);
        Adapter adapter = existing(request, writePermission);
        const auto name = body.name("name", max_name_bytes);
        const JsonObject::Ptr config = body.objectOrText("config");
        const JsonObject::Ptr metadata = body.objectOrText("metadata");
        body.throwIfFaulty();
        if (adapter.type == AdapterType::Storage) {
            changeRole(adapter, roleFrom(body, adapter.storage_role));
        }
        if (config) {
            adapter = withConfig(adapter, *config, component(adapter.type, adapter.adapter_id), body);
            body.throwIfFaulty();
        }
        adapter.name = name.value_or(adapter.name);
        if (body.has("metadata")) {
            adapter.metadata = metadata ? toText(metadata) : "{}";
        }
        adapter.updated_at = services_.clock.now();
        try {
            services_.adapters.update(adapter);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::AlreadyExists) refuseDuplicate(adapter);
            throw;
        }
        return adapterResponse(adapter);
    }

    Response remove(const Request& request) {
        const std::scoped_lock lock(changes_);
        const Adapter adapter = existing(request, writePermission);
        const auto refuse = [&](const std::vector<std::string>& users) {
            throw HttpError(
                400, "Cannot delete. This adapter is used in the following jobs: " + joined(users) + ".");
        };
        if (const auto users = services_.jobs.usersOf(adapter.id); !users.empty()) {
            refuse(users);
        }
        try {
            services_.adapters.remove(adapter.id);
        } catch (const Error& error) {
            // A job took it in this very moment.
            if (error.kind() == ErrorKind::AlreadyExists) refuse(services_.jobs.usersOf(adapter.id));
            throw;
        }
        return done();
    }

    Response testConnection(const Request& request) {
        return told([&] {
            const ConnectionTest test = connectionTestFrom(request, services_);
            const ConnectionResult result = run(test, services_.orchestrator);
            if (result.ok && !result.info.version.empty() && !test.config_id.empty()) {
                noteVersion(test.config_id, result.info.version);
            }
            return toResponse(result);
        });
    }

    Response accessCheck(const Request& request) {
        return told([&] { return api::accessCheck(request, services_); });
    }

    Response databaseStats(const Request& request) {
        return told([&] { return api::databaseStats(request, services_); });
    }

    Response databases(const Request& request) {
        const auto source = services_.adapters.find(request.param("id"));
        if (!source || source->type != AdapterType::Database) {
            throw HttpError(404, "Database source not found");
        }
        JsonWriter out = success();
        out.beginArray("databases");
        for (const auto& database : services_.orchestrator.databases(source->id)) {
            out.text(database.name);
        }
        out.end().end();
        return respond(out);
    }

private:
    /// The adapter of the path.
    /// @param permission  that its type needs
    Adapter existing(const Request& request, std::string (*permission)(AdapterType)) const {
        const auto adapter = services_.adapters.find(request.param("id"));
        if (adapter && request.may(permission(adapter->type))) {
            return *adapter;
        }
        // Who may not see an adapter must not learn that it is there.
        const std::string sources = permission(AdapterType::Database);
        const std::string destinations = permission(AdapterType::Storage);
        if (request.may(sources) || request.may(destinations)) {
            throw HttpError(404, "Adapter not found");
        }
        throw HttpError(403, "Permission denied: " + sources + " or " + destinations + " required");
    }

    const plugin::CatalogEntry& component(AdapterType type, const std::string& adapter_id) const {
        const auto* entry = services_.catalog.find(componentKind(type), adapter_id);
        if (entry == nullptr) {
            std::string known = joined(services_.catalog.ids(componentKind(type)));
            throw HttpError(400,
                            "Unknown adapter: " + adapter_id,
                            {{"adapterId", "must be one of: " + (known.empty() ? "none" : known)}});
        }
        return *entry;
    }

    void changeRole(Adapter& adapter, const std::string& role) const {
        if (role == adapter.storage_role) {
            return;
        }
        if (const auto users = services_.jobs.usersOf(adapter.id); !users.empty()) {
            throw HttpError(
                400,
                role == "SOURCE"
                    ? "Cannot turn this into a directory source: it is used as a destination in " +
                          joined(users) + "."
                    : "Cannot turn this into a destination: it is used as a directory source in " +
                          joined(users) + ".");
        }
        adapter.storage_role = role;
    }

    Response adapterResponse(const Adapter& adapter, int status = 200) const {
        JsonWriter out;
        out.beginObject();
        writeAdapter(out, adapter, services_.catalog);
        out.end();
        return respond(out, status);
    }

    void noteVersion(const std::string& id, const std::string& version) {
        const std::scoped_lock lock(changes_);
        auto adapter = services_.adapters.find(id);
        if (!adapter) {
            return;  // deleted while it was tested
        }
        const TimePoint now = services_.clock.now();
        JsonObject::Ptr metadata = parseJsonObject(adapter->metadata, "the stored metadata");
        metadata->set("engineVersion", version);
        metadata->set("lastCheck", toIso(now));
        metadata->set("status", "Online");
        adapter->metadata = toText(metadata);
        adapter->last_status = "ONLINE";
        adapter->last_error.clear();
        adapter->last_health_check = now;
        services_.adapters.update(*adapter);
    }

    Services services_;
    std::mutex changes_;  // no change gets lost between reading and writing
};

}  // namespace

void addAdapterRoutes(Router& router, const Services& services) {
    const auto adapters = std::make_shared<AdapterResource>(services);
    // Which permission counts depends on the adapter's type, so the handlers check it.
    router.add("GET", "/adapters", Access::key(), bound(adapters, &AdapterResource::list));
    router.add("POST", "/adapters", Access::key(), bound(adapters, &AdapterResource::create));
    router.add("GET", "/adapters/:id", Access::key(), bound(adapters, &AdapterResource::get));
    router.add("PUT", "/adapters/:id", Access::key(), bound(adapters, &AdapterResource::update));
    router.add("DELETE", "/adapters/:id", Access::key(), bound(adapters, &AdapterResource::remove));
    router.add("POST",
               "/adapters/test-connection",
               Access::key(),
               bound(adapters, &AdapterResource::testConnection));
    router.add("POST",
               "/adapters/access-check",
               Access::with("sources:view"),
               bound(adapters, &AdapterResource::accessCheck));
    router.add("POST",
               "/adapters/database-stats",
               Access::with("sources:view"),
               bound(adapters, &AdapterResource::databaseStats));
    router.add("GET",
               "/adapters/:id/databases",
               Access::with("sources:view"),
               bound(adapters, &AdapterResource::databases));
}

}  // namespace dbackup::api
