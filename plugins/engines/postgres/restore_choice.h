#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/subprocess.h>

#include "connection.h"

namespace dbackup::postgres {

/// What a restore takes from an archive, and whom it shall belong to: of the selection, "NAME.*" is a schema
/// and everything else a table; the owner "*" stands for all. Immutable.
struct RestoreChoice {
    /// @throws Error Settings, Unsupported (an option that a script in plain SQL cannot keep)
    explicit RestoreChoice(const sdk::RestoreRequest& request);

    std::vector<std::string> schemas;
    std::vector<std::string> tables;
    std::string owner;  ///< empty = as it was dumped

    bool isPartial() const { return !schemas.empty() || !tables.empty(); }
    /// @throws Error NotFound when the new owner is not there
    void requireOwner(Connection& connection) const;
    /// Options of pg_restore.
    void applyTo(sdk::Command& command) const;
    /// Makes what the tool does not: the owner of the database, the schemas chosen.
    /// @param inside  a connection to the new database
    void prepare(Connection& inside, const std::string& database) const;
    /// pg_restore is content when a name is not in the archive; who asked for it is not.
    /// @throws Error NotFound
    void requirePresent(Connection& inside) const;
};

}  // namespace dbackup::postgres
