#pragma once

#include <string>
#include <vector>

#include "core/store/database.h"

namespace dbackup::store {

/// Which objects belong to a set of documents (configuration as code), so that a later apply of the same set
/// may remove those that it no longer has. [thread-safe]
class ManagedStore {
public:
    struct Resource {
        std::string kind;  ///< "Source" | "Destination" | "Job" | "ApiKey"
        std::string object_id;
    };

    explicit ManagedStore(Database& database) : database_(database) {}

    /// The object is the set's from now on, and no other's.
    void mark(const Resource& resource, const std::string& set);
    void unmark(const Resource& resource);
    /// All of one set; their objects may be gone.
    std::vector<Resource> list(const std::string& set) const;
    /// The set that an object belongs to; empty = none.
    std::string setOf(const Resource& resource) const;

private:
    Database& database_;
};

}  // namespace dbackup::store
