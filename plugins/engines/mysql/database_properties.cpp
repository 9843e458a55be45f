#include "database_properties.h"

#include <sstream>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "quoting.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

namespace {

Poco::JSON::Array::Ptr toArray(const std::vector<std::string>& texts) {
    Poco::JSON::Array::Ptr array = new Poco::JSON::Array;
    for (const auto& text : texts) {
        array->add(text);
    }
    return array;
}

std::vector<std::string> textsIn(const Poco::JSON::Object& json, const std::string& key) {
    std::vector<std::string> texts;
    if (const auto array = json.getArray(key)) {
        for (const auto& entry : *array) {
            texts.push_back(entry.convert<std::string>());
        }
    }
    return texts;
}

Poco::JSON::Object::Ptr toObject(const ServerVersion& version) {
    Poco::JSON::Object::Ptr json = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
    json->set("flavour", version.flavour());
    json->set("version", version.text());
    return json;
}

ServerVersion versionIn(const Poco::JSON::Object& json, const std::string& key) {
    const auto object = json.getObject(key);
    if (!object) return {};
    auto version = ServerVersion::ofServer(object->optValue<std::string>("version", ""));
    version.mariadb = object->optValue<std::string>("flavour", "") == "MariaDB";
    return version;
}

std::string definersQuery(const std::string& database) {
    std::string all;
    const char* separator = "";
    for (const auto& [table, schema] : {std::pair("VIEWS", "TABLE_SCHEMA"),
                                        {"ROUTINES", "ROUTINE_SCHEMA"},
                                        {"TRIGGERS", "TRIGGER_SCHEMA"},
                                        {"EVENTS", "EVENT_SCHEMA"}}) {
        all += std::string(separator) + "SELECT DEFINER FROM information_schema." + table + " WHERE " +
               isName(schema, database);
        separator = " UNION ";
    }
    return "SELECT DISTINCT DEFINER FROM (" + all + ") d ORDER BY 1";
}

std::string collationsQuery(const std::string& database, const std::string& collation) {
    std::string all;
    const char* separator = "";
    for (const auto& [table, schema] : {std::pair("ROUTINES", "ROUTINE_SCHEMA"),
                                        {"TRIGGERS", "TRIGGER_SCHEMA"},
                                        {"EVENTS", "EVENT_SCHEMA"}}) {
        all += std::string(separator) + "SELECT DATABASE_COLLATION FROM information_schema." + table +
               " WHERE " + isName(schema, database);
        separator = " UNION ALL ";
    }
    return "SELECT COUNT(*) FROM (" + all + ") c WHERE DATABASE_COLLATION <> " + quoteText(collation);
}

/// Columns whose default names the database, which only sequences bring about; and views that look into
/// another database, in which the server writes out the names of all.
std::vector<std::string> tiedIn(Connection& connection, const std::string& database) {
    std::vector<std::string> tied;
    if (connection.version().mariadb) {
        tied = connection.column(
            "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) FROM information_schema.COLUMNS WHERE " +
            isName("TABLE_SCHEMA", database) + " AND INSTR(COLUMN_DEFAULT, " +
            quoteText(quoteName(database) + ".") + ") > 0 ORDER BY 1");
    }
    const auto views = connection.column(
        "SELECT DISTINCT v.TABLE_NAME FROM information_schema.VIEWS v, information_schema.SCHEMATA s WHERE " +
        isName("v.TABLE_SCHEMA", database) + " AND NOT (" + isName("s.SCHEMA_NAME", database) +
        ") AND INSTR(v.VIEW_DEFINITION, CONCAT('`', REPLACE(s.SCHEMA_NAME, '`', '``'), '`.`')) > 0 ORDER BY "
        "1");
    tied.insert(tied.end(), views.begin(), views.end());
    return tied;
}

}  // namespace

std::string isName(const std::string& column, const std::string& database) {
    // The first half is what the server looks it up by.
    return "(" + column + " = " + quoteText(database) + " AND BINARY " + column + " = BINARY " +
           quoteText(database) + ")";
}

DatabaseContent DatabaseContent::read(Connection& connection, const std::string& database) {
    const auto found = connection.query(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE " +
        isName("SCHEMA_NAME", database));
    if (found.empty()) {
        throw Error(ErrorKind::NotFound,
                    connection.name() + " has no database '" + database + "', or the account may not see it",
                    "List the databases of the source");
    }
    DatabaseContent content;
    DatabaseProperties& properties = content.properties;
    properties.server = connection.version();
    properties.character_set = found.front().at(0);
    properties.collation = found.front().at(1);
    properties.definers = connection.column(definersQuery(database));
    properties.tied = tiedIn(connection, database);
    properties.programs =
        connection.value(
            "SELECT (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'FUNCTION' AND " +
            isName("ROUTINE_SCHEMA", database) +
            ") + (SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE " +
            isName("TRIGGER_SCHEMA", database) + ")") != "0";
    const std::string here = isName("TABLE_SCHEMA", database);
    content.bytes = std::stoull(connection.value(
        "SELECT CAST(COALESCE(SUM(DATA_LENGTH), 0) AS UNSIGNED) FROM information_schema.TABLES WHERE " +
        here));
    content.not_transactional = connection.column(
        "SELECT t.TABLE_NAME FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON "
        "e.ENGINE = "
        "t.ENGINE WHERE " +
        isName("t.TABLE_SCHEMA", database) +
        " AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND COALESCE(e.TRANSACTIONS, 'NO') <> 'YES' "
        "ORDER BY 1");
    content.history = connection.value("SELECT COUNT(*) FROM information_schema.TABLES WHERE " + here +
                                       " AND TABLE_TYPE = 'SYSTEM VERSIONED'") != "0";
    content.switches_collation = connection.value(collationsQuery(database, properties.collation)) != "0";
    return content;
}

std::string DatabaseProperties::toJson() const {
    Poco::JSON::Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("server", toObject(server));
    if (tool.known()) json.set("tool", toObject(tool));
    if (!collation.empty()) {
        json.set("characterSet", character_set);
        json.set("collation", collation);
    }
    json.set("definers", toArray(definers));
    json.set("tied", toArray(tied));
    json.set("programs", programs);
    if (!binlog.file.empty()) {
        Poco::JSON::Object::Ptr position = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
        position->set("file", binlog.file);
        position->set("position", binlog.position);
        position->set("gtid", binlog.gtid);
        position->set("exact", binlog.exact);
        json.set("binlog", position);
    }
    std::ostringstream out;
    json.stringify(out);
    return out.str();
}

DatabaseProperties DatabaseProperties::fromJson(const std::string& text) {
    try {
        Poco::JSON::Parser parser;
        const auto json = parser.parse(text).extract<Poco::JSON::Object::Ptr>();
        DatabaseProperties properties;
        properties.server = versionIn(*json, "server");
        properties.tool = versionIn(*json, "tool");
        properties.character_set = json->optValue<std::string>("characterSet", "");
        properties.collation = json->optValue<std::string>("collation", "");
        properties.definers = textsIn(*json, "definers");
        properties.tied = textsIn(*json, "tied");
        properties.programs = json->optValue<bool>("programs", false);
        if (const auto position = json->getObject("binlog")) {
            properties.binlog = {position->optValue<std::string>("file", ""),
                                 position->optValue<std::uint64_t>("position", 0),
                                 position->optValue<std::string>("gtid", ""),
                                 position->optValue<bool>("exact", false)};
        }
        return properties;
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Settings,
                    "the backup's record of the database cannot be read: " + error.displayText());
    }
}

}  // namespace dbackup::mysql
