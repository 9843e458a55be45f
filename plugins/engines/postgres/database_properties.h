#pragma once

#include <string>
#include <vector>

#include "connection.h"

namespace dbackup::postgres {

/// What belongs to a database but is not in its dump; kept in the manifest and applied when the database is
/// made anew.
struct DatabaseProperties {
    std::string server_version;  ///< "15.20"
    int server_major = 0;
    int tool_major = 0;  ///< of the pg_dump that wrote the dump
    std::string encoding;
    std::string collate;
    std::string ctype;
    std::string locale_provider;  ///< "c" (libc), "i" (ICU), "b" (builtin); "" before PostgreSQL 15
    std::string locale;           ///< of ICU and builtin
    std::string owner;
    std::vector<std::string> roles;     ///< owners and grantees of the objects within
    std::vector<std::string> settings;  ///< "name=value" of ALTER DATABASE ... SET
    /// GRANT ... ON DATABASE; only when privileges were changed from the default.
    struct Grant {
        std::string grantee;  ///< "" = PUBLIC
        std::string privilege;
        bool grantable = false;
    };
    std::vector<Grant> grants;
    bool has_grants = false;

    /// Reads them from the connected database.
    static DatabaseProperties read(Connection& connection);
    std::string toJson() const;
    /// @throws Error Settings for a text that is not toJson()'s
    static DatabaseProperties fromJson(const std::string& text);
};

/// CREATE DATABASE from template0 with the recorded encoding and locale.
std::string createStatement(const DatabaseProperties& properties, const std::string& name, int server_major);
/// Statements that give a restored database its owner (unless `no_owner`), settings and grants.
std::vector<std::string> alterStatements(const DatabaseProperties& properties,
                                         const std::string& name,
                                         bool no_owner);

}  // namespace dbackup::postgres
