#pragma once

#include <string>

#include "connection.h"
#include "database_properties.h"
#include "server_settings.h"

namespace dbackup::postgres {

/// A database that a restore fills under a name of its own, "<name>_dbackup_<number>", and that takes its
/// final name when it is whole. Dropped again unless it has come so far. [one thread]
class MadeDatabase {
public:
    /// Creates it like the recorded one. A locale that the server does not know is replaced, with a warning.
    /// @param server  must outlive the object, as must run
    /// @param name  the final name
    /// @throws Error Permission, Unsupported, Unavailable, ...
    MadeDatabase(const ServerSettings& server,
                 std::string name,
                 const DatabaseProperties& properties,
                 sdk::RunContext& run);
    MadeDatabase(const MadeDatabase&) = delete;
    MadeDatabase& operator=(const MadeDatabase&) = delete;
    ~MadeDatabase();

    const std::string& temporaryName() const noexcept { return temporary_; }
    /// Gives it settings, owner, grants and, last, its final name. From here on nothing stops it: a run that
    /// is cancelled now ends with the old database or with the new one.
    /// @param replace  drop the database that has the name; otherwise that is an error AlreadyExists
    void place(const DatabaseProperties& properties, bool no_owner, bool replace);

private:
    void create(Connection& connection, const DatabaseProperties& properties);
    void drop() noexcept;

    const ServerSettings& server_;
    sdk::RunContext& run_;
    std::string name_;
    std::string temporary_;
    bool kept_ = false;
};

}  // namespace dbackup::postgres
