#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/adapter.h"
#include "core/secrets/secret_box.h"
#include "core/store/database.h"

namespace dbackup::store {

/// Sources, destinations and channels; their secrets are sealed on the way in. [thread-safe]
class AdapterStore {
public:
    AdapterStore(Database& database, const secrets::SecretBox& box);

    /// @throws Error AlreadyExists when the name is taken within the type (and storage role)
    void add(const Adapter& adapter);
    /// @throws Error AlreadyExists, NotFound
    void update(const Adapter& adapter);
    /// @return false if it was not there. @throws Error AlreadyExists when a job uses it
    bool remove(const std::string& id);
    /// Secrets unsealed.
    std::optional<Adapter> find(const std::string& id) const;
    /// Newest first, secrets unsealed.
    std::vector<Adapter> list(AdapterType type) const;

private:
    Database& database_;
    const secrets::SecretBox& box_;
};

}  // namespace dbackup::store
