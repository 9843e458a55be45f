#include "core/store/adapter_store.h"

#include "core/base/error.h"
#include "core/store/query.h"

namespace dbackup::store {

namespace {

const std::string select_adapters =
    "SELECT id, name, type, adapter_id, config, secrets, metadata, storage_role, last_status, last_error, "
    "last_health_check, created_at, updated_at FROM adapters";

/// Binds sealed secrets to their adapter, so that they cannot be moved to another one.
std::string contextOf(const std::string& id) {
    return "adapter:" + id;
}

Adapter unsealed(const secrets::SecretBox& box, Adapter adapter) {
    adapter.secrets = box.unseal(adapter.secrets, contextOf(adapter.id));
    return adapter;
}

Error nameTaken(const Adapter& adapter) {
    return {ErrorKind::AlreadyExists,
            "An adapter of type " + std::string(toString(adapter.type)) + " with the name \"" + adapter.name +
                "\" already exists."};
}

}  // namespace

/// `secrets` comes sealed.
static void read(Row& row, Adapter& adapter) {
    adapter.id = row.text();
    adapter.name = row.text();
    adapter.type = adapterTypeFrom(row.text()).value_or(AdapterType::None);
    adapter.adapter_id = row.text();
    adapter.config = row.text();
    adapter.secrets = row.text();
    adapter.metadata = row.text();
    adapter.storage_role = row.text();
    adapter.last_status = row.text();
    adapter.last_error = row.text();
    adapter.last_health_check = row.optionalTime();
    adapter.created_at = row.time();
    adapter.updated_at = row.time();
}

AdapterStore::AdapterStore(Database& database, const secrets::SecretBox& box)
    : database_(database), box_(box) {}

void AdapterStore::add(const Adapter& adapter) {
    try {
        change(database_,
               "INSERT INTO adapters (id, name, type, adapter_id, config, secrets, metadata, storage_role, "
               "last_status, last_error, last_health_check, created_at, updated_at) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               {adapter.id,
                adapter.name,
                toString(adapter.type),
                adapter.adapter_id,
                adapter.config,
                box_.seal(adapter.secrets, contextOf(adapter.id)),
                adapter.metadata,
                adapter.storage_role,
                adapter.last_status,
                adapter.last_error,
                adapter.last_health_check,
                adapter.created_at,
                adapter.updated_at});
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::AlreadyExists) throw nameTaken(adapter);
        throw;
    }
}

void AdapterStore::update(const Adapter& adapter) {
    std::int64_t changed = 0;
    try {
        changed = change(
            database_,
            "UPDATE adapters SET name = ?, type = ?, adapter_id = ?, config = ?, secrets = ?, metadata = ?, "
            "storage_role = ?, last_status = ?, last_error = ?, last_health_check = ?, updated_at = ? "
            "WHERE id = ?",
            {adapter.name,
             toString(adapter.type),
             adapter.adapter_id,
             adapter.config,
             box_.seal(adapter.secrets, contextOf(adapter.id)),
             adapter.metadata,
             adapter.storage_role,
             adapter.last_status,
             adapter.last_error,
             adapter.last_health_check,
             adapter.updated_at,
             adapter.id});
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::AlreadyExists) throw nameTaken(adapter);
        throw;
    }
    if (changed == 0) {
        throw Error(ErrorKind::NotFound, "there is no adapter " + adapter.id);
    }
}

bool AdapterStore::remove(const std::string& id) {
    try {
        return change(database_, "DELETE FROM adapters WHERE id = ?", {id}) != 0;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
        // The foreign key that would be left without its row is a job's.
        throw Error(ErrorKind::AlreadyExists,
                    "adapter " + id + " is in use by a job",
                    "change or delete the job first");
    }
}

std::optional<Adapter> AdapterStore::find(const std::string& id) const {
    auto adapter = findRow<Adapter>(database_, select_adapters + " WHERE id = ?", {id});
    return adapter ? std::optional(unsealed(box_, std::move(*adapter))) : std::nullopt;
}

std::vector<Adapter> AdapterStore::list(AdapterType type) const {
    auto adapters = listRows<Adapter>(
        database_, select_adapters + " WHERE type = ? ORDER BY created_at DESC, id DESC", {toString(type)});
    for (Adapter& adapter : adapters) {
        adapter = unsealed(box_, std::move(adapter));
    }
    return adapters;
}

}  // namespace dbackup::store
