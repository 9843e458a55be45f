#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connection.h"

namespace dbackup::mysql {

/// Where the server's binary log was when a dump was taken.
struct BinlogPosition {
    std::string file;  ///< empty = not known
    std::uint64_t position = 0;
    std::string gtid;
    bool exact = false;  ///< of the very snapshot; otherwise of a moment before it
};

/// What belongs to a database but is not in its dump; kept in the manifest.
struct DatabaseProperties {
    ServerVersion server;
    ServerVersion tool;  ///< that wrote the dump
    std::string character_set;
    std::string collation;
    std::vector<std::string> definers;  ///< accounts in whose name views and routines work: "user@host"
    /// What names its own database, and so stays with that one under another name: columns that take their
    /// default from a sequence, views that look into other databases.
    std::vector<std::string> tied;
    /// It has functions or triggers, for which a server with a binary log asks for more privileges.
    bool programs = false;
    BinlogPosition binlog;

    std::string toJson() const;
    /// @throws Error Settings for a text that is not toJson()'s
    static DatabaseProperties fromJson(const std::string& text);
};

/// What a database is made of, as far as a dump must care.
struct DatabaseContent {
    DatabaseProperties properties;
    std::uint64_t bytes = 0;                     ///< of its tables, as the server estimates
    std::vector<std::string> not_transactional;  ///< tables that a consistent snapshot does not cover
    bool history = false;                        ///< it has system-versioned tables
    bool switches_collation = false;             ///< see OwnNameFilter

    /// @throws Error NotFound when there is no such database, or the account sees nothing of it
    static DatabaseContent read(Connection& connection, const std::string& database);
};

/// SQL that is true for a column of information_schema that names this very database: its own comparison does
/// not tell "a" from "A" and "ä".
std::string isName(const std::string& column, const std::string& database);

}  // namespace dbackup::mysql
