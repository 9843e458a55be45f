#include <mutex>

#include "api/handlers/body_fields.h"
#include "api/handlers/bound.h"
#include "api/handlers/json_writer.h"
#include "api/handlers/services.h"
#include "core/base/hash.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

constexpr std::size_t max_name_bytes = 100;
constexpr std::size_t prefix_length = 16;

void writeKey(JsonWriter& out, const ApiKey& key) {
    out.text("id", key.id).text("name", key.name).text("prefix", key.prefix).beginArray("permissions");
    for (const auto& permission : key.permissions) {
        out.text(permission);
    }
    out.end()
        .time("expiresAt", key.expires_at)
        .flag("enabled", key.enabled)
        .time("lastUsedAt", key.last_used_at)
        .time("createdAt", key.created_at);
}

/// @param raw  the key itself; empty = it is not shown
Response keyResponse(const ApiKey& key, const std::string& raw = {}, int status = 200) {
    JsonWriter out = success();
    out.beginObject("data");
    writeKey(out, key);
    if (!raw.empty()) {
        out.text("key", raw);
    }
    out.end().end();
    return respond(out, status);
}

std::optional<std::vector<std::string>> permissionsFrom(BodyFields& body) {
    auto permissions = body.texts("permissions");
    if (!permissions) {
        return std::nullopt;
    }
    if (permissions->empty()) {
        body.fault("permissions", "must name at least one permission");
    }
    for (const auto& permission : *permissions) {
        if (!knownPermissions().contains(permission)) {
            body.fault("permissions", "has an unknown permission: " + permission);
        }
    }
    return permissions;
}

// Who may write keys could else make himself one that may do more than he may.
void requireAll(const Request& request, const std::vector<std::string>& permissions) {
    for (const auto& permission : permissions) {
        request.require(permission);
    }
}

std::string giveNewSecret(ApiKey& key) {
    std::string raw = newRawKey();
    key.prefix = raw.substr(0, prefix_length);
    key.hash = sha256Hex(raw);
    return raw;
}

class ApiKeyResource {
public:
    explicit ApiKeyResource(const Services& services) : services_(services) {}

    Response list(const Request& /*request*/) {
        JsonWriter out = success();
        out.beginArray("data");
        for (const auto& key : services_.keys.list()) {
            out.beginObject();
            writeKey(out, key);
            out.end();
        }
        out.end().end();
        return respond(out);
    }

    Response get(const Request& request) { return keyResponse(existing(request)); }

    Response create(const Request& request) {
        BodyFields body(request.json());
        const auto name = body.name("name", max_name_bytes);
        const auto permissions = permissionsFrom(body);
        const auto expires_at = body.time("expiresAt");
        const auto enabled = body.flag("enabled");
        for (const char* key : {"name", "permissions"}) {
            if (!body.given(key)) {
                body.fault(key, "is required");
            }
        }
        body.throwIfFaulty();
        requireAll(request, *permissions);

        ApiKey key;
        key.id = newId();
        key.name = *name;
        key.permissions = *permissions;
        key.expires_at = expires_at;
        key.enabled = enabled.value_or(true);
        key.created_at = services_.clock.now();
        const std::string raw = giveNewSecret(key);
        services_.keys.add(key);
        return keyResponse(key, raw, 201);
    }

    Response update(const Request& request) {
        BodyFields body(request.json());
        const std::scoped_lock lock(changes_);
        ApiKey key = existing(request);
        const auto name = body.name("name", max_name_bytes);
        const auto permissions = permissionsFrom(body);
        const auto expires_at = body.time("expiresAt");
        const auto enabled = body.flag("enabled");
        body.throwIfFaulty();

        key.name = name.value_or(key.name);
        key.permissions = permissions.value_or(key.permissions);
        key.enabled = enabled.value_or(key.enabled);
        if (body.has("expiresAt")) {
            key.expires_at = expires_at;
        }
        // To rename or to disable a mightier key is harmless; to give it life is not.
        if (permissions || body.has("expiresAt") || enabled.value_or(false)) {
            requireAll(request, key.permissions);
        }
        services_.keys.update(key);
        return keyResponse(key);
    }

    Response remove(const Request& request) {
        if (!services_.keys.remove(request.param("id"))) {
            throw HttpError(404, "API key not found");
        }
        return done();
    }

    Response rotate(const Request& request) {
        const std::scoped_lock lock(changes_);
        ApiKey key = existing(request);
        requireAll(request, key.permissions);
        const std::string raw = giveNewSecret(key);
        services_.keys.update(key);
        return keyResponse(key, raw);
    }

private:
    ApiKey existing(const Request& request) const {
        auto key = services_.keys.find(request.param("id"));
        if (!key) {
            throw HttpError(404, "API key not found");
        }
        return *key;
    }

    Services services_;
    std::mutex changes_;  // no change gets lost between reading and writing
};

}  // namespace

void addApiKeyRoutes(Router& router, const Services& services) {
    const auto keys = std::make_shared<ApiKeyResource>(services);
    const Access read = Access::with("api-keys:read");
    const Access write = Access::with("api-keys:write");
    router.add("GET", "/api-keys", read, bound(keys, &ApiKeyResource::list));
    router.add("POST", "/api-keys", write, bound(keys, &ApiKeyResource::create));
    router.add("GET", "/api-keys/:id", read, bound(keys, &ApiKeyResource::get));
    router.add("PUT", "/api-keys/:id", write, bound(keys, &ApiKeyResource::update));
    router.add("DELETE", "/api-keys/:id", write, bound(keys, &ApiKeyResource::remove));
    router.add("POST", "/api-keys/:id/rotate", write, bound(keys, &ApiKeyResource::rotate));
}

}  // namespace dbackup::api
