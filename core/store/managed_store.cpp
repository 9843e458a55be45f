#include "core/store/managed_store.h"

#include "core/store/query.h"

namespace dbackup::store {

static void read(Row& row, ManagedStore::Resource& resource) {
    resource.kind = row.text();
    resource.object_id = row.text();
}

void ManagedStore::mark(const Resource& resource, const std::string& set) {
    change(database_,
           "INSERT INTO managed_resources (kind, object_id, resource_set) VALUES (?, ?, ?) "
           "ON CONFLICT (kind, object_id) DO UPDATE SET resource_set = excluded.resource_set",
           {resource.kind, resource.object_id, set});
}

void ManagedStore::unmark(const Resource& resource) {
    change(database_,
           "DELETE FROM managed_resources WHERE kind = ? AND object_id = ?",
           {resource.kind, resource.object_id});
}

std::vector<ManagedStore::Resource> ManagedStore::list(const std::string& set) const {
    return listRows<Resource>(
        database_,
        "SELECT kind, object_id FROM managed_resources WHERE resource_set = ? ORDER BY kind, object_id",
        {set});
}

std::string ManagedStore::setOf(const Resource& resource) const {
    return findRow<std::string>(database_,
                                "SELECT resource_set FROM managed_resources WHERE kind = ? AND object_id = ?",
                                {resource.kind, resource.object_id})
        .value_or("");
}

}  // namespace dbackup::store
