#pragma once

#include <string>

#include "connection.h"
#include "database_properties.h"
#include "server_settings.h"

namespace dbackup::mysql {

/// What a server has under a name.
struct PresentDatabase {
    bool exists = false;
    bool has_data = false;  ///< tables, views, sequences, routines or events
    std::string character_set;
    std::string collation;

    static PresentDatabase look(Connection& connection, const std::string& name);
};

/// CREATE DATABASE with character set and collation, where they are known.
std::string createStatement(const std::string& name,
                            const std::string& character_set,
                            const std::string& collation);

/// A database that a restore fills, taken back unless keep() was called: one that the restore made is
/// dropped, one that was there empty is emptied again. [one thread]
class TargetDatabase {
public:
    /// Makes the database unless it is there.
    /// @param server  must outlive the object, as must run
    /// @throws Error Permission, Unsupported, Unavailable, ...
    TargetDatabase(const ServerSettings& server,
                   std::string name,
                   const DatabaseProperties& properties,
                   sdk::RunContext& run);
    TargetDatabase(const TargetDatabase&) = delete;
    TargetDatabase& operator=(const TargetDatabase&) = delete;
    ~TargetDatabase();

    const std::string& name() const noexcept { return name_; }
    void keep() noexcept { kept_ = true; }
    bool kept() const noexcept { return kept_; }

private:
    void create(Connection& connection, const DatabaseProperties& properties);
    void takeBack() noexcept;

    const ServerSettings& server_;
    sdk::RunContext& run_;
    std::string name_;
    PresentDatabase before_;
    bool kept_ = false;
};

/// "<name>_dbackup_<number>", at most 64 characters.
std::string temporaryNameFor(const std::string& database);

}  // namespace dbackup::mysql
