#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/api_key.h"
#include "core/store/database.h"

namespace dbackup::store {

/// API keys by the hash of the key. [thread-safe] What returns from a change is on disk.
class KeyStore {
public:
    explicit KeyStore(Database& database);

    /// @throws Error AlreadyExists when the name is taken
    void add(const ApiKey& key);
    /// @throws Error NotFound, AlreadyExists
    void update(const ApiKey& key);
    bool remove(const std::string& id);
    std::optional<ApiKey> find(const std::string& id) const;
    std::optional<ApiKey> findByHash(const std::string& hash) const;
    /// Newest first.
    std::vector<ApiKey> list() const;
    /// Records a use, not waited for.
    void usedLater(const std::string& id, TimePoint now);

private:
    Database& database_;
};

}  // namespace dbackup::store
