#include "api/handlers/resource_change.h"

#include <algorithm>

#include "api/handlers/adapter_settings.h"
#include "api/handlers/body_fields.h"
#include "api/handlers/job_document.h"
#include "api/handlers/settings.h"
#include "core/base/hash.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

constexpr std::size_t max_name_bytes = 200;
constexpr std::size_t max_key_name_bytes = 100;
constexpr std::size_t prefix_length = 16;
constexpr std::size_t least_key_bytes = 40;

JsonObject::Ptr copyOf(const JsonObject& document) {
    return new JsonObject(document);
}

std::string nameIn(BodyFields& body, std::size_t max_bytes) {
    if (!body.given("name")) body.fault("name", "is required");
    return body.name("name", max_bytes).value_or("");
}

void refuseUnknown(const JsonObject& document, const std::vector<std::string>& known, BodyFields& body) {
    for (const auto& key : document.getNames()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        std::string all;
        for (const auto& name : known) {
            all += (all.empty() ? "" : ", ") + name;
        }
        body.fault(key, "is not known here; known are " + all);
    }
}

/// What changes between two documents of one object. @param before  null = there is none yet
ResourceChange changeBetween(ResourceKind kind,
                             const std::string& name,
                             const JsonObject::Ptr& before,
                             const JsonObject& after) {
    ResourceChange change{before ? "none" : "create", kind, name, "", {}};
    const auto old_fields = before ? flattened(*before) : std::map<std::string, std::string>();
    const auto new_fields = flattened(after);
    std::map<std::string, FieldChange> fields;
    for (const auto& [field, value] : old_fields) {
        fields[field] = {field, value, "", false};
    }
    for (const auto& [field, value] : new_fields) {
        fields[field].field = field;
        fields[field].to = value;
    }
    for (const auto& [name_of_field, field] : fields) {
        if (name_of_field != "kind" && name_of_field != "name" && field.from != field.to)
            change.fields.push_back(field);
    }
    if (before && !change.fields.empty()) change.action = "update";
    return change;
}

/// Secrets are compared here, as documents show placeholders only.
void addSecretChanges(ResourceChange& change, const Adapter& before, const Adapter& after) {
    const JsonObject::Ptr old_secrets = parseJsonObject(before.secrets, "the stored secrets");
    const JsonObject::Ptr new_secrets = parseJsonObject(after.secrets, "the stored secrets");
    std::erase_if(change.fields, [&](const FieldChange& field) {
        const std::string key = field.field.starts_with("config.") ? field.field.substr(7) : "";
        return old_secrets->has(key) || new_secrets->has(key);
    });
    for (const auto& key : new_secrets->getNames()) {
        const bool is_same =
            old_secrets->has(key) && toText(old_secrets->get(key)) == toText(new_secrets->get(key));
        if (!is_same) change.fields.push_back({"config." + key, "", "", true});
    }
    if (change.action != "create") change.action = change.fields.empty() ? "none" : "update";
}

template <class Object>
const Object* namedIn(const std::vector<Object>& objects, const std::string& name) {
    const auto found =
        std::find_if(objects.begin(), objects.end(), [&](const auto& one) { return one.name == name; });
    return found == objects.end() ? nullptr : &*found;
}

void readPermissions(BodyFields& body, ApiKey& key) {
    key.permissions = body.texts("permissions").value_or(std::vector<std::string>());
    if (key.permissions.empty()) body.fault("permissions", "must name at least one permission");
    for (const auto& permission : key.permissions) {
        if (!knownPermissions().contains(permission))
            body.fault("permissions", "has an unknown permission: " + permission);
    }
}

}  // namespace

Changed ResourceChanger::apply(ResourceKind kind, const JsonObject& document) {
    switch (kind) {
        case ResourceKind::Source:
        case ResourceKind::Destination:
            return applyAdapter(kind, document);
        case ResourceKind::ApiKey:
            return applyKey(document);
        case ResourceKind::Job:
            return applyJob(document);
        default:
            return applySettings(document);
    }
}

Changed ResourceChanger::applyAdapter(ResourceKind kind, const JsonObject& document) {
    BodyFields body(copyOf(document));
    refuseUnknown(document, {"kind", "name", "adapter", "config"}, body);
    const AdapterType type = kind == ResourceKind::Source ? AdapterType::Database : AdapterType::Storage;
    const std::string name = nameIn(body, max_name_bytes);
    const std::string adapter_id = body.text("adapter").value_or("");
    const auto* entry = services_.catalog.find(componentKind(type), adapter_id);
    if (entry == nullptr) {
        std::string known;
        for (const auto& id : services_.catalog.ids(componentKind(type))) {
            known += (known.empty() ? "" : ", ") + id;
        }
        body.fault("adapter", "must be one of: " + known);
    }
    JsonObject::Ptr config = newObject();
    if (body.has("config")) config = body.objectOrText("config");
    body.throwIfFaulty();

    auto adapters = services_.adapters.list(type);
    std::erase_if(adapters, [](const Adapter& one) { return one.storage_role == "SOURCE"; });
    const Adapter* existing = namedIn(adapters, name);
    if (existing != nullptr && existing->adapter_id != adapter_id) {
        body.fault(
            "adapter",
            "is " + existing->adapter_id + " and cannot become another; delete it or use another name");
    }
    Adapter adapter = withConfig(existing == nullptr ? Adapter() : *existing, *config, *entry, body);
    body.throwIfFaulty();

    adapter.name = name;
    adapter.type = type;
    adapter.adapter_id = adapter_id;
    adapter.updated_at = services_.clock.now();
    if (existing == nullptr) {
        adapter.id = newId();
        adapter.storage_role = kind == ResourceKind::Source ? "" : "DESTINATION";
        adapter.created_at = adapter.updated_at;
    }
    ResourceChange change = changeBetween(
        kind, name, existing == nullptr ? JsonObject::Ptr() : documentOf(*existing), *documentOf(adapter));
    addSecretChanges(change, existing == nullptr ? Adapter() : *existing, adapter);
    if (change.action == "create") services_.adapters.add(adapter);
    if (change.action == "update") services_.adapters.update(adapter);
    return {std::move(change), adapter.id};
}

Changed ResourceChanger::applyKey(const JsonObject& document) {
    BodyFields body(copyOf(document));
    refuseUnknown(document, {"kind", "name", "permissions", "expiresAt", "enabled", "key"}, body);
    const std::string name = nameIn(body, max_key_name_bytes);
    const auto keys = services_.keys.list();
    const ApiKey* existing = namedIn(keys, name);
    ApiKey key = existing == nullptr ? ApiKey() : *existing;
    key.name = name;
    readPermissions(body, key);
    key.expires_at = body.time("expiresAt");
    key.enabled = body.flag("enabled").value_or(true);
    std::string secret = body.text("key").value_or("");
    if (!secret.empty() && (!secret.starts_with("dbackup_") || secret.size() < least_key_bytes)) {
        body.fault("key", "must begin with \"dbackup_\" and have at least 40 characters");
    }
    if (secret.empty() && existing == nullptr && !request_.shows_keys) {
        body.fault("key", "is required here, as nobody would see the one that is made");
    }
    body.throwIfFaulty();

    std::string told;
    if (secret.empty() && existing == nullptr) told = secret = newRawKey();
    const std::string hash = secret.empty() ? key.hash : sha256Hex(secret);
    const bool is_other_secret = hash != key.hash;
    if (is_other_secret) {
        key.hash = hash;
        key.prefix = secret.substr(0, prefix_length);
    }
    ResourceChange change = changeBetween(ResourceKind::ApiKey,
                                          name,
                                          existing == nullptr ? JsonObject::Ptr() : documentOf(*existing),
                                          *documentOf(key));
    if (is_other_secret) {
        change.fields.push_back({"key", "", "", true});
        if (existing != nullptr) change.action = "update";
    }
    // Nobody grants what he does not have.
    for (const auto& permission : change.action == "none" ? std::vector<std::string>() : key.permissions) {
        if (!request_.may(permission)) throw HttpError(403, "Permission denied: " + permission + " required");
    }
    if (existing == nullptr) {
        key.id = newId();
        key.created_at = services_.clock.now();
        services_.keys.add(key);
    } else if (change.action == "update") {
        services_.keys.update(key);
    }
    return {std::move(change), key.id, told};
}

Changed ResourceChanger::applyJob(const JsonObject& document) {
    BodyFields body(copyOf(document));
    refuseUnknown(document, jobMembers(), body);
    const std::string name = nameIn(body, max_name_bytes);
    const JsonObject::Ptr rest = jobBodyFrom(document, services_.adapters, body);
    body.throwIfFaulty();

    const auto jobs = services_.jobs.list();
    const Job* existing = namedIn(jobs, name);
    Job job = existing == nullptr ? Job() : *existing;
    applyJobDocument(rest, services_, job);
    job.updated_at = services_.clock.now();
    ResourceChange change =
        changeBetween(ResourceKind::Job,
                      name,
                      existing == nullptr ? JsonObject::Ptr() : documentOf(*existing, services_.adapters),
                      *documentOf(job, services_.adapters));
    if (existing == nullptr) {
        job.id = newId();
        job.created_at = job.updated_at;
        services_.jobs.add(job);
    } else if (change.action == "update") {
        services_.jobs.update(job);
    }
    return {std::move(change), job.id};
}

Changed ResourceChanger::applySettings(const JsonObject& document) {
    BodyFields body(copyOf(document));
    refuseUnknown(document, {"kind", "name", "settings"}, body);
    const JsonObject::Ptr values = body.objectOrText("settings");
    if (!values) body.fault("settings", "is required: an object of keys and values");
    body.throwIfFaulty();
    BodyFields fields(values, "settings.");
    const auto wanted = settingChanges(*values, fields);
    fields.throwIfFaulty();

    ResourceChange change{"none", ResourceKind::Settings, "", "", {}};
    std::vector<std::pair<std::string, std::int64_t>> changes;
    for (const auto& [key, value] : wanted) {
        const std::int64_t now = services_.settings.value(key);
        if (now == value) continue;
        changes.emplace_back(key, value);
        const bool is_flag = values->get(key).isBoolean();
        const auto text_of = [&](std::int64_t one) {
            return is_flag ? std::string(one != 0 ? "true" : "false") : std::to_string(one);
        };
        change.fields.push_back({"settings." + key, text_of(now), text_of(value), false});
    }
    if (!changes.empty()) change.action = "update";
    if (!changes.empty() && !request_.dry_run) services_.settings.set(changes);
    return {std::move(change), ""};
}

std::string ResourceChanger::nameOf(ResourceKind kind, const std::string& id) const {
    if (kind == ResourceKind::Job) {
        const auto job = services_.jobs.find(id);
        return job ? job->name : "";
    }
    if (kind == ResourceKind::ApiKey) {
        const auto key = services_.keys.find(id);
        return key ? key->name : "";
    }
    const auto adapter = services_.adapters.find(id);
    return adapter ? adapter->name : "";
}

std::string ResourceChanger::remove(ResourceKind kind, const std::string& id) {
    std::string name = nameOf(kind, id);
    if (kind == ResourceKind::Job) {
        services_.jobs.remove(id);
    } else if (kind == ResourceKind::ApiKey) {
        services_.keys.remove(id);
    } else {
        services_.adapters.remove(id);
    }
    return name;
}

}  // namespace dbackup::api
