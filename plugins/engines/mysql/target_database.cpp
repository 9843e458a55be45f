#include "target_database.h"

#include <random>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "quoting.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

constexpr std::size_t longest_name = 64;  // characters

bool startsCharacter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

}  // namespace

PresentDatabase PresentDatabase::look(Connection& connection, const std::string& name) {
    PresentDatabase present;
    const auto rows = connection.query(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE " +
        isName("SCHEMA_NAME", name));
    if (rows.empty()) return present;
    present.exists = true;
    present.character_set = rows.front().at(0);
    present.collation = rows.front().at(1);
    for (const auto& [table, schema] :
         {std::pair("TABLES", "TABLE_SCHEMA"), {"ROUTINES", "ROUTINE_SCHEMA"}, {"EVENTS", "EVENT_SCHEMA"}}) {
        const std::string count = connection.value(std::string("SELECT COUNT(*) FROM information_schema.") +
                                                   table + " WHERE " + isName(schema, name));
        present.has_data = present.has_data || count != "0";
    }
    return present;
}

std::string createStatement(const std::string& name,
                            const std::string& character_set,
                            const std::string& collation) {
    std::string statement = "CREATE DATABASE " + quoteName(name);
    if (!character_set.empty()) statement += " CHARACTER SET " + quoteText(character_set);
    if (!collation.empty()) statement += " COLLATE " + quoteText(collation);
    return statement;
}

std::string temporaryNameFor(const std::string& database) {
    std::random_device random;
    const std::string suffix = "_dbackup_" + std::to_string(random());
    std::size_t characters = 0;
    std::size_t end = 0;
    for (; end < database.size(); ++end) {
        if (startsCharacter(database[end]) && ++characters > longest_name - suffix.size()) break;
    }
    return database.substr(0, end) + suffix;
}

TargetDatabase::TargetDatabase(const ServerSettings& server,
                               std::string name,
                               const DatabaseProperties& properties,
                               sdk::RunContext& run)
    : server_(server), run_(run), name_(std::move(name)) {
    // Not stopped between the server's deed and our knowledge of it.
    sdk::UnstoppableRun steady(run);
    Connection connection(server, steady);
    before_ = PresentDatabase::look(connection, name_);
    if (before_.has_data) {
        throw Error(
            ErrorKind::AlreadyExists,
            "database '" + name_ + "' on " + connection.name() + " has got data since it was looked at");
    }
    if (!before_.exists) create(connection, properties);
}

TargetDatabase::~TargetDatabase() {
    if (!kept_) takeBack();
}

void TargetDatabase::create(Connection& connection, const DatabaseProperties& properties) {
    try {
        connection.query(createStatement(name_, properties.character_set, properties.collation));
    } catch (const Error& error) {
        // The other flavour, or an older server, may not know them; tables bring theirs along.
        if (error.kind() != ErrorKind::Unsupported) throw;
        connection.query(createStatement(name_, "", ""));
        run_.log(LogLevel::Warning,
                 "The server does not know collation " + properties.collation + ", so database '" + name_ +
                     "' gets the server's own for tables that are made later",
                 error.what());
    }
}

void TargetDatabase::takeBack() noexcept {
    try {
        sdk::UnstoppableRun steady(run_);
        Connection connection(server_, steady);
        connection.query("SET SESSION foreign_key_checks = 0");
        connection.query("DROP DATABASE IF EXISTS " + quoteName(name_));
        if (before_.exists)
            connection.query(createStatement(name_, before_.character_set, before_.collation));
    } catch (const std::exception& error) {
        run_.log(LogLevel::Error,
                 "The unfinished database '" + name_ + "' is left on " + server_.place() +
                     ": drop it by hand" + (before_.exists ? ", and create it anew" : ""),
                 error.what());
    }
}

}  // namespace dbackup::mysql
