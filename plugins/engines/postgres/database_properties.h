#pragma once

#include <string>
#include <vector>

#include "connection.h"

namespace dbackup::postgres {

/// Bytes of a name (NAMEDATALEN - 1).
constexpr std::size_t longest_name = 63;

/// What belongs to a database but is not in its dump; kept in the manifest and applied when the database is
/// made anew.
struct DatabaseProperties {
    std::string server_version;  ///< "15.20"
    int server_major = 0;
    int tool_major = 0;  ///< of the pg_dump that wrote the dump
    /// The object has the definitions only, and the data is in objects of their own (parallel_dump.h).
    bool data_apart = false;
    std::string encoding;
    std::string collate;
    std::string ctype;
    std::string locale_provider;  ///< "c" (libc), "i" (ICU), "b" (builtin); "" before PostgreSQL 15
    std::string locale;           ///< of ICU and builtin
    std::string icu_rules;
    std::string owner;
    std::string comment;
    std::vector<std::string> roles;        ///< owners and grantees of the objects within
    std::vector<std::string> tablespaces;  ///< other than the database's own
    /// ALTER DATABASE ... SET and ALTER ROLE ... IN DATABASE ... SET.
    struct Setting {
        std::string role;  ///< "" = everyone's
        std::string text;  ///< "name=value"
    };
    std::vector<Setting> settings;
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

/// CREATE DATABASE from template0 with the recorded encoding: with the recorded locale, then, for servers
/// that do not know it, with the server's own, then with "C", which goes with every encoding.
std::vector<std::string> createStatements(const DatabaseProperties& properties,
                                          const std::string& name,
                                          int server_major);
/// Statements that give a database its comment and its settings, without those of single roles if `no_owner`.
std::vector<std::string> settingStatements(const DatabaseProperties& properties,
                                           const std::string& name,
                                           bool no_owner);
/// Statements that give a database its grants and its owner.
std::vector<std::string> ownerStatements(const DatabaseProperties& properties, const std::string& name);

}  // namespace dbackup::postgres
